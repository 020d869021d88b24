import { limits } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { SessionFacts } from '../session/facts.ts'
import type { Places } from './places.ts'
import { processOf } from './watch.ts'
import type { Found, SessionWatch } from './watch.ts'

/** The sessions of a tree that were found and are not served yet, in the order in which they were begun. */
export class Newcomers {
  readonly #clock: Clock
  readonly #watch: SessionWatch
  readonly #places: Places
  readonly #waiting: Found[] = []
  /** The last session of each process. */
  readonly #newest = new Map<string, Found>()
  /** The first that waits, and how long it may. */
  #first: { readonly found: Found; readonly untilMs: number } | undefined

  constructor(clock: Clock, watch: SessionWatch, places: Places) {
    this.#clock = clock
    this.#watch = watch
    this.#places = places
  }

  look(): void {
    const found = this.#watch.look()
    for (const one of found) this.#newest.set(processOf(one.facts), one)
    this.#waiting.push(...found)
  }

  /** Monotonic milliseconds at which a look is worth while. */
  get dueAt(): number {
    return this.#watch.dueAt
  }

  get count(): number {
    return this.#waiting.length
  }

  /** The one whose turn it is. */
  take(): Found | undefined {
    const [first] = this.#waiting
    return first === undefined || this.#mustWait(first) ? undefined : this.#waiting.shift()
  }

  /** The last session of a process, whatever has become of it. */
  lastOf(is: (facts: SessionFacts) => boolean): Found | undefined {
    return [...this.#newest.values()].find(({ facts }) => is(facts))
  }

  /** Whether a session's process has begun another one after it. */
  wentOn(facts: SessionFacts): boolean {
    return this.#newest.get(processOf(facts))?.facts.session !== facts.session
  }

  close(): void {
    this.#watch.close()
  }

  /** One that its worker began before in a tree of its own is told its run first, as long as that may take. */
  #mustWait(found: Found): boolean {
    const now = this.#clock.monotonicMs()
    if (this.#first?.found !== found) this.#first = { found, untilMs: now + limits.comesNextMs }
    return now < this.#first.untilMs && this.#places.comesNext(found)
  }
}
