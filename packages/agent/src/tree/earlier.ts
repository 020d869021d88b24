import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { formerOf } from '../session/control.ts'
import { readSession } from '../session/facts.ts'
import type { ProcessNumber, SessionFacts } from '../session/facts.ts'
import { isSessionId, treeOf } from '../session/folder.ts'
import { isServed } from './claim.ts'
import type { TreeFacts } from './folder.ts'
import type { Found } from './watch.ts'
import { launchedOf, rankIn } from './worker.ts'

/**
 * Another tree's agent, with its aggregator, is up and has its answer by then, or will not: where many begin at once on a
 * few cores, one of them may need 10 s for that.
 */
export const comesNextMs = 30_000

/** What other trees below the same process of a launcher hold of the time before a session. */
export interface Earlier {
  /** One of its experiment and run name has yet to be told its run, by an agent that is there for it. */
  readonly pending: boolean
  /** What comes after those that were told theirs. */
  readonly ordinal: number
}

/**
 * Looks for sessions that were begun before, in trees of their own, below the same process of a launcher: in `srun bash -c
 * 'python a.py; python a.py'` each script has its tree and its agent, and that of the second may be up before that of the
 * first. (A shell may become its last script: its pid and start are the launched process's still.)
 */
export function earlierOf({ folder, facts }: Found, { by }: TreeFacts): Earlier {
  const launched = by === 'client' ? launchedOf(facts) : undefined
  if (launched === undefined) return { pending: false, ordinal: 0 }
  const own = treeOf(folder)
  const root = path.dirname(own)
  let [pending, ordinal] = [false, 0]
  for (const name of namesIn(root)) {
    const tree = path.join(root, name)
    // What nobody serves is kept, and comes when it is handed in.
    if (tree === own || !isServed(tree, comesNextMs)) continue
    for (const session of namesIn(path.join(tree, 'sessions')).filter((one) => isSessionId(one))) {
      const told = toldIn(path.join(tree, 'sessions', session), facts, launched)
      if (told === undefined) continue
      if (told !== 'nothing') ordinal = Math.max(ordinal, told + 1)
      else pending = true
    }
  }
  return { pending, ordinal }
}

/** The ordinal that a session was told; undefined when it is none of those. */
function toldIn(
  session: string,
  after: SessionFacts,
  launched: ProcessNumber,
): number | 'nothing' | undefined {
  try {
    const { folder, facts } = readSession(session)
    const isBefore = facts.openedUs < after.openedUs
    if (!isBefore || facts.experimentName !== after.experimentName || facts.runName !== after.runName)
      return undefined
    // Of a launcher that is gone each rank seems to be below the process that started it.
    if (rankOfSession(facts) !== rankOfSession(after)) return undefined
    if (launchedOf(facts)?.join('.') !== launched.join('.')) return undefined
    const { run, ordinal } = formerOf(folder)
    // Before there is a run the ordinal is a wish.
    return run === undefined ? 'nothing' : (ordinal ?? 0)
  } catch {
    // Delivered and removed in this moment, or of another release.
    return undefined
  }
}

function rankOfSession({ rank, environment }: SessionFacts): number | undefined {
  return rank ?? rankIn(environment)
}
