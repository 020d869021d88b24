import type { WhyAnswer } from '../answer/why.ts'
import type { KnownRun } from '../folder/folder.ts'

/** While a run goes on it is looked for at most so often... */
const everyMs = 2_000
/** ...and so that looking takes at most a twentieth of the time: of a large run it takes seconds. */
const share = 20
/** Of more events it takes long: who only wants to know what is known does not wait for it. */
const eventsWaitedFor = 2_000_000
const soonMs = 1_000

interface Kept {
  readonly look: string
  readonly answer: Promise<WhyAnswer>
  /** Of the monotonic clock; Infinity while they are being looked for. */
  againMs: number
  /** Or, while it is being looked for, that of the time before. */
  known: WhyAnswer | undefined
}

/** Why runs went as they did, looked for again when it may be another. */
export class KeptAnswers {
  readonly #find: (run: KnownRun) => Promise<WhyAnswer>
  readonly #kept = new Map<string, Kept>()
  readonly #soon = new Set<string>()

  constructor(find: (run: KnownRun) => Promise<WhyAnswer>) {
    this.#find = find
  }

  /** Of a large run what is known by now, while it is looked for again. */
  async known(run: KnownRun): Promise<WhyAnswer | undefined> {
    if (Number(run.file.ledger.total.stored) <= eventsWaitedFor) return this.of(run)
    this.#lookSoon(run)
    return this.#kept.get(run.directory)?.known
  }

  /** Not at once: what is asked for now is answered before. */
  #lookSoon(run: KnownRun): void {
    if (this.#soon.has(run.directory)) return
    this.#soon.add(run.directory)
    setTimeout(() => {
      this.#soon.delete(run.directory)
      // Whoever waits for it is told what is wrong.
      this.of(run).catch(() => {})
    }, soonMs).unref()
  }

  of(run: KnownRun): Promise<WhyAnswer> {
    const { status } = run.file
    // What is written of a run that has ended is its last.
    const look = status === 'running' ? status : `${status} ${run.writtenMs} ${String(run.finished)}`
    const kept = this.#kept.get(run.directory)
    const isOld = status === 'running' && kept !== undefined && performance.now() >= kept.againMs
    if (kept?.look === look && !isOld) return kept.answer
    const began = performance.now()
    const answer = this.#find(run)
    const next: Kept = { look, answer, againMs: Infinity, known: kept?.known }
    this.#kept.set(run.directory, next)
    void answer
      .then((known) => {
        next.known = known
      })
      .catch(() => {
        if (this.#kept.get(run.directory) === next) this.#kept.delete(run.directory)
      })
      .finally(() => {
        const now = performance.now()
        next.againMs = now + Math.max(everyMs, (now - began) * share)
      })
    return answer
  }
}
