import type { WhyAnswer } from '../answer/why.ts'
import type { KnownRun } from '../folder/folder.ts'

/** While a run goes on it is looked for at most so often... */
const everyMs = 2_000
/** ...and so that looking takes at most a twentieth of the time: of a large run it takes seconds. */
const shareMin = 20

interface Kept {
  readonly look: string
  readonly answer: Promise<WhyAnswer>
  /** Of the monotonic clock; Infinity while they are being looked for. */
  againMs: number
}

/** Why runs went as they did, looked for again when it may be another. */
export class KeptAnswers {
  readonly #find: (run: KnownRun) => Promise<WhyAnswer>
  readonly #kept = new Map<string, Kept>()

  constructor(find: (run: KnownRun) => Promise<WhyAnswer>) {
    this.#find = find
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
    const next: Kept = { look, answer, againMs: Infinity }
    this.#kept.set(run.directory, next)
    void answer
      .catch(() => {
        if (this.#kept.get(run.directory) === next) this.#kept.delete(run.directory)
      })
      .finally(() => {
        const now = performance.now()
        next.againMs = now + Math.max(everyMs, (now - began) * shareMin)
      })
    return answer
  }
}
