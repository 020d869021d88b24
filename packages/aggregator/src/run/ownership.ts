import type { RunFacts } from '@provloom/rundir'
import { ProvloomError } from '@provloom/shared'
import type { Lease } from './lease.ts'
import type { Trouble } from './trouble.ts'

/** Whether a run's directory is there and ours to write; once it is not, it never is again. */
export class Ownership {
  readonly #facts: RunFacts
  readonly #lease: Lease
  readonly #trouble: Trouble
  readonly #onGone: () => void
  #gone: string | undefined

  /** @param onGone nothing of it is to be written from now on */
  constructor(facts: RunFacts, lease: Lease, trouble: Trouble, onGone: () => void) {
    this.#facts = facts
    this.#lease = lease
    this.#trouble = trouble
    this.#onGone = onGone
  }

  /** Why it is not ours any more. */
  get gone(): string | undefined {
    return this.#gone
  }

  /** @param atOnce something went wrong, or is about to be written: what was so a moment ago is not enough */
  isOurs(atOnce = false): boolean {
    if (this.#gone !== undefined) return false
    const standing = this.#lease.look(atOnce)
    if (standing === 'held') return true
    const { runDir } = this.#facts
    this.#gone =
      standing === 'removed'
        ? `the run directory ${runDir} was removed: what is logged from now on is kept with the ranks`
        : `${runDir} was taken over by another process: what is logged from now on is kept with the ranks`
    this.#onGone()
    const code = standing === 'removed' ? 'RUN_REMOVED' : 'RUN_TAKEN'
    const hint = 'When the job is over, provloom spools lists what is kept, and provloom import hands it in.'
    const facts = { doing: 'write the run', to: runDir, hint }
    this.#trouble.began('gone', new ProvloomError(code, this.#gone, facts))
    return false
  }

  /** The run is closed: whoever comes next need not wait. */
  leave(): void {
    this.#lease.leave()
  }
}
