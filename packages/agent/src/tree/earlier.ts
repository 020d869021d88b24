import path from 'node:path'
import { limits, namesIn } from '@provloom/shared'
import { formerOf } from '../session/control.ts'
import { readSession } from '../session/facts.ts'
import type { ProcessNumber, SessionFacts } from '../session/facts.ts'
import { isSessionId, treeOf } from '../session/folder.ts'
import { hasSaidEnd } from '../session/writers.ts'
import { isServed } from './claim.ts'
import type { TreeFacts } from './folder.ts'
import type { Found } from './watch.ts'
import { launchedOf, rankIn } from './worker.ts'

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
  const found = namesIn(root).flatMap((name) => {
    const tree = path.join(root, name)
    return tree === own ? [] : sessionsBefore(tree, facts, launched)
  })
  let ordinal = 0
  for (const one of found.toSorted((a, b) => a.openedUs - b.openedUs))
    ordinal = Math.max(ordinal, (one.ordinal ?? ordinal) + 1)
  return { pending: found.some(({ pending }) => pending), ordinal }
}

interface Before {
  readonly openedUs: number
  /** It is told its run yet. */
  readonly pending: boolean
  /** Its own, as far as that is known. */
  readonly ordinal: number | undefined
}

function sessionsBefore(tree: string, after: SessionFacts, launched: ProcessNumber): Before[] {
  // Asked first: who serves it may have handed all in and left when its sessions are looked at.
  const served = isServed(tree, limits.comesNextMs)
  const sessions = path.join(tree, 'sessions')
  return namesIn(sessions)
    .filter((one) => isSessionId(one))
    .flatMap((one) => {
      try {
        const { folder, facts } = readSession(path.join(sessions, one))
        if (!isBefore(facts, after, launched)) return []
        const { run, ordinal } = formerOf(folder)
        // One that nobody serves has had its turn when it has ended: it is kept, and comes when it is handed in. Else it
        // was killed, and this one may be its next attempt.
        if (!served && !hasSaidEnd(folder, facts)) return []
        const pending = served && run === undefined
        // Before there is a run the ordinal is a wish.
        return [{ openedUs: facts.openedUs, pending, ordinal: pending ? undefined : ordinal }]
      } catch {
        // Delivered and removed in this moment, or of another release.
        return []
      }
    })
}

function isBefore(facts: SessionFacts, after: SessionFacts, launched: ProcessNumber): boolean {
  return (
    facts.openedUs < after.openedUs &&
    facts.experimentName === after.experimentName &&
    facts.runName === after.runName &&
    // Of a launcher that is gone each rank seems to be below the process that started it.
    rankOfSession(facts) === rankOfSession(after) &&
    launchedOf(facts)?.join('.') === launched.join('.')
  )
}

function rankOfSession({ rank, environment }: SessionFacts): number | undefined {
  return rank ?? rankIn(environment)
}
