import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { isAttempt, isRank, isRunId, jobNames, protocolVersion } from '@provloom/shared'
import type { Attempt, GivenOptions, Hello, JobNames, Rank, RunId, SessionStart } from '@provloom/shared'
import { detectPlace } from './place/place.ts'
import type { Place } from './place/place.ts'
import type { Variables } from './place/variables.ts'
import type { Settings } from './settings.ts'
import type { SpoolFacts } from './spool/folder.ts'

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
 * @throws {ProvloomError} `BAD_OPTION` when the rank that was given is out of range
 */
export function identityOf(
  given: GivenOptions,
  variables: Variables,
  facts: SpoolFacts | undefined,
): Identity {
  const seen = facts === undefined ? variables : { ...variables, ...facts.environment }
  const found = detectPlace(seen, given.rank)
  const [rank, attempt] = [given.rank ?? facts?.rank, facts?.attempt]
  const place = {
    ...found,
    ...(isRank(rank) ? { rank } : {}),
    ...(isAttempt(attempt) ? { attempt } : {}),
  }
  return {
    session: randomBytes(8).toString('hex'),
    place,
    names: jobNames({ ...seen }, given.jobKey ?? facts?.jobKey),
    host: facts?.host ?? os.hostname(),
  }
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
    agent: session,
    worker: session,
    jobKey: names.jobKey,
    rank,
    attempt,
    rankToldBy: 'launcher',
    ordinal: 0,
    host,
    hostId: host,
    pid: process.pid,
    startedUs: 0,
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
