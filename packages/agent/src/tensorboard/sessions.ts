import { isRunId } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import type { SessionFacts } from '../session/facts.ts'
import type { Member } from './members.ts'
import { RunNames } from './run-names.ts'
import type { SessionRecord } from './session-record.ts'

/** A session into which event files are recorded, open or not any more. */
export interface Recorded {
  readonly id: string
  readonly facts: SessionFacts
  /** The number that its process has here. */
  readonly pid: number
  readonly record: SessionRecord
  readonly names: RunNames
  /** Its run; undefined while that is not known. */
  readonly runId: () => RunId | undefined
  state: 'open' | 'over' | 'quiet'
  /** The session that goes on with what is written behind its end. */
  followUp: string | undefined
  /** It is such a one itself. */
  readonly isFollowUp: boolean
}

/**
 * into: a session that is open · late: it has ended, and what was written is behind its end · none: nobody has begun one yet
 * · nowhere: it is of a session that is not collected, or cannot be told whose it is
 */
export type Target =
  | { readonly kind: 'into'; readonly session: Recorded }
  | { readonly kind: 'late'; readonly session: Recorded }
  | { readonly kind: 'none' }
  | { readonly kind: 'nowhere' }

/** Which session a value of an event file is of. */
export class RecordedSessions {
  readonly #all: Recorded[] = []

  get all(): readonly Recorded[] {
    return this.#all
  }

  add(session: Recorded): void {
    this.#all.push(session)
    this.#all.sort((a, b) => a.facts.openedUs - b.facts.openedUs)
  }

  /** Processes that have one. */
  get pids(): number[] {
    return [...new Set(this.#all.map(({ pid }) => pid))]
  }

  /**
   * The session of the process that wrote it, else of the nearest above it that has one: of several the one that had begun
   * at that time.
   *
   * @param owner undefined where nobody can tell: the only one that can be meant
   * @param timeUs of the value; undefined of what has none: the newest
   */
  of(owner: Member | undefined, timeUs: number | undefined): Target {
    const found = this.#ofOwner(owner)
    if (found === undefined)
      return this.#all.length === 0 || owner !== undefined ? { kind: 'none' } : { kind: 'nowhere' }
    const at = timeUs === undefined ? found.at(-1) : found.findLast(({ facts }) => facts.openedUs <= timeUs)
    return this.#goesOn(at ?? found[0]!)
  }

  #ofOwner(owner: Member | undefined): Recorded[] | undefined {
    if (owner === undefined) {
      const [only, ...others] = this.pids
      return only === undefined || others.length > 0 ? undefined : this.#all.filter(({ pid }) => pid === only)
    }
    for (const { pid } of [owner, ...owner.parents]) {
      const found = this.#all.filter((one) => one.pid === pid)
      if (found.length > 0) return found
    }
    return undefined
  }

  #goesOn(session: Recorded): Target {
    if (session.state === 'open') return { kind: 'into', session }
    if (session.state === 'quiet') return { kind: 'nowhere' }
    const next = this.#all.find(({ id }) => id === session.followUp)
    if (next !== undefined) return this.#goesOn(next)
    // It has ended with its process, and so has whoever could write.
    return session.isFollowUp ? { kind: 'nowhere' } : { kind: 'late', session }
  }
}

export function runIdIn(run: string): RunId | undefined {
  return isRunId(run) ? run : undefined
}
