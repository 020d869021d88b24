import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { ProvloomError, connectionKeys, isAttempt, isRank, isRunId, protocolVersion } from '@provloom/shared'
import type { Attempt, GivenOptions, Hello, Rank, RunId, SessionStart } from '@provloom/shared'
import { findPlace } from './place/place.ts'
import type { Place } from './place/place.ts'
import { sightOf } from './place/sight.ts'
import type { Variables } from './place/variables.ts'
import type { Settings } from './settings.ts'
import type { SpoolFacts } from './spool/folder.ts'

/** What all ranks of a job can say alike without talking. */
export interface JobNames {
  /** Names the run: a Slurm step is a run of its own. Empty when the launcher gives nothing. */
  readonly jobKey: string
  /** Names under which an aggregator of this job may have left its connection file, most specific first. */
  readonly connectionKeys: readonly string[]
}

/** Who this agent speaks for. */
export interface Identity {
  /** Random, one per agent process. */
  readonly session: string
  readonly place: Place
  readonly names: JobNames
  /** Where the rank runs, or ran: its spool may have been carried here. */
  readonly host: string
}

/**
 * @param facts of an existing spool: what its creator knew stands for what this process's environment says
 * @param pid of the process whose launcher is looked for; undefined for one that is gone
 * @throws {ProvloomError} `BAD_OPTION` when the rank that was given is out of range
 */
export function identityOf(
  given: GivenOptions,
  variables: Variables,
  facts: SpoolFacts | undefined,
  pid: number | undefined,
): Identity {
  const seen = facts === undefined ? variables : { ...variables, ...facts.environment }
  const sight = sightOf(seen, pid === undefined ? undefined : { pid })
  const jobKey = given.jobKey ?? facts?.jobKey
  if (given.rank !== undefined) refuseRank(given.rank, findPlace(undefined, seen, sight, jobKey))
  const said = given.rank === undefined ? undefined : { by: 'call' as const, rank: given.rank }
  const found = findPlace(said, seen, sight, jobKey)
  const [rank, attempt] = [given.rank ?? facts?.rank, facts?.attempt]
  const place = {
    ...found,
    ...(isRank(rank) ? { rank } : {}),
    ...(isAttempt(attempt) ? { attempt } : {}),
  }
  return {
    session: randomBytes(8).toString('hex'),
    place,
    names: { jobKey: found.jobKey ?? '', connectionKeys: connectionKeys(seen, found.jobKey) },
    host: facts?.host ?? os.hostname(),
  }
}

function refuseRank(rank: number, { launcher, worldSize, rank: theirs }: Place): void {
  if (launcher === 'none' || worldSize === undefined || rank < worldSize) return
  throw new ProvloomError('BAD_OPTION', `--rank must be below the job's size ${worldSize}, not ${rank}`, {
    doing: 'find the rank',
    to: '--rank',
    hint: `Ranks count from 0. Leave --rank out: ${launcher} says it is rank ${theirs}.`,
  })
}

/** The rank the hello carries: given, else said by the worker, else found. */
export function rankOf(given: GivenOptions, start: SessionStart | undefined, place: Place): Rank {
  const said = given.rank ?? start?.rank
  return isRank(said) ? said : place.rank
}

export function helloOf(
  identity: Identity,
  rank: Rank,
  attempt: Attempt,
  settings: Settings,
  runId: RunId | undefined,
): Hello {
  const { place, names, session, host } = identity
  return {
    kind: 'hello',
    version: protocolVersion,
    session,
    jobKey: names.jobKey,
    rank,
    attempt,
    host,
    pid: process.pid,
    asked: settings.asked,
    ...(runId === undefined ? {} : { runId }),
    ...(place.worldSize === undefined || rank >= place.worldSize ? {} : { worldSize: place.worldSize }),
    ...(place.restartsMax === undefined ? {} : { restartsMax: place.restartsMax }),
  }
}

/** `--run-id`, or the run that a former agent of this spool was admitted to. */
export function wantedRun(given: GivenOptions, former: RunId | undefined): RunId | undefined {
  return isRunId(given.runId) ? given.runId : former
}
