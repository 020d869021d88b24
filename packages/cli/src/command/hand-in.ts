import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createAgent } from '@provloom/agent/process'
import { claimSession } from '@provloom/agent/spool'
import type { Delivery } from '@provloom/agent/process'
import type { SpoolLook } from '@provloom/agent/spool'
import { ProvloomError, reasonOf, workingFolder } from '@provloom/shared'
import type { RunId } from '@provloom/shared'

/** Sessions that are handed in at once: reading one goes on while another waits for the disk. */
const AT_ONCE = 4

/** A session and where it belongs. */
export type Assigned = SpoolLook & {
  /** Where its run is known by name. */
  readonly runId?: RunId
  readonly jobKey?: string
  readonly ordinal?: number
  /** The run that it named cannot go on. */
  readonly ownRun?: boolean
}

/** What became of one session. */
export interface HandedIn {
  readonly spool: string
  readonly delivery: Delivery
}

/**
 * Hands sessions in to an aggregator, by the agents that serve living ones. One that is in its run whole is removed.
 *
 * @param connection the aggregator's connection file
 * @param handed called for each of them, whatever became of it
 */
export async function handIn(
  spools: readonly Assigned[],
  connection: string,
  tell: (message: string) => void,
  handed: () => void = () => {},
): Promise<HandedIn[]> {
  const done: HandedIn[] = []
  const waiting = [...spools.entries()]
  const handInNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, session] = next
      done[i] = { spool: session.spool, delivery: await handInOne(session, connection, tell) }
      handed()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, handInNext))
  return done
}

async function handInOne(
  { spool, runId, jobKey, ordinal, ownRun, facts }: Assigned,
  connection: string,
  tell: (message: string) => void,
): Promise<Delivery> {
  const kept = (reason: string): Delivery => {
    // Others can be handed in all the same.
    tell(`${spool}: ${reason}`)
    return { kind: 'kept', folders: [spool], records: 0, reason, told: [] }
  }
  try {
    const holder = claimSession(spool)
    if (holder !== undefined) return kept(`it is being handed in by another command (${holder})`)
    const agent = createAgent({
      mode: {
        kind: 'drain',
        session: spool,
        ...(ordinal === undefined ? {} : { ordinal }),
        ...(ownRun === undefined ? {} : { ownRun }),
      },
      // What this process was started with says nothing of the rank: its spool does.
      environment: {},
      connection,
      ...saveDirOf(facts),
      runId,
      jobKey,
      say: (line) => tell(line.replace(/^provloom: /, '')),
    })
    await agent.start()
    const outcome = await agent.done
    return outcome.kind === 'not-started' ? { kind: 'none' } : outcome.delivery
  } catch (error) {
    if (fs.existsSync(spool)) return kept(reasonOf(error))
    tell(`${spool} is not there any more: another command has handed it in, or somebody removed it`)
    return { kind: 'none' }
  }
}

/** Where the session's own folder is not known any more, a relative one is taken from where this is typed. */
function saveDirOf({ directory, provenanceSaveDir }: SpoolLook['facts']): { provenanceSaveDir?: string } {
  if (directory !== '') return {}
  return { provenanceSaveDir: path.resolve(workingFolder() || os.tmpdir(), provenanceSaveDir ?? 'prov') }
}

/**
 * Nobody writes or serves the session any more.
 *
 * @throws {ProvloomError} `SPOOL_IN_USE`
 */
export function refuseLiving({ spool, agent, workers }: SpoolLook): void {
  const who =
    agent === undefined ? workers.map((pid) => `the worker ${pid}`)[0] : `the agent with pid ${agent}`
  if (who === undefined) return
  throw new ProvloomError('SPOOL_IN_USE', `${spool} is still in use by ${who}`, {
    doing: 'hand in the session',
    to: spool,
    hint:
      agent === undefined
        ? `Serve it until its processes end: provloom agent --tree ${path.resolve(spool, '..', '..')}`
        : 'Wait until that agent has ended: it hands the session in by itself, or says that it is kept.',
  })
}

/** Of a session in `--json`. */
export function outcomeOf({ spool, delivery }: HandedIn): Record<string, unknown> {
  return {
    spool,
    outcome: delivery.kind === 'delivered' ? 'handed-in' : delivery.kind,
    ...(delivery.kind === 'kept' ? { reason: delivery.reason } : {}),
    ...(delivery.kind === 'delivered' ? { runs: delivery.runs } : {}),
  }
}
