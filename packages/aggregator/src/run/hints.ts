import { limits } from '@provloom/shared'
import { nameOf, textOf } from './run-name.ts'
import type { RunView } from './run-view.ts'

/** Hints that each run of a name has: the ranks of the first one tell it for all. */
export class Hints {
  readonly #endedUs = new Map<string, number>()
  readonly #tellers = new WeakSet<RunView>()

  /** When the last run of this one's name ended that has the hint, and may be closed by now. */
  sofar({ facts }: RunView): number | undefined {
    return this.#endedUs.get(textOf(nameOf(facts)))
  }

  /** The run has it, and ended then. */
  note(run: RunView, timeUs: number): void {
    const name = textOf(nameOf(run.facts))
    if (this.#endedUs.has(name)) this.#tellers.delete(run)
    else this.#tellers.add(run)
    if (this.#endedUs.size < limits.hintedRunsMax) this.#endedUs.set(name, timeUs)
  }

  /** What the run's ranks are to tell their users of it as a whole. */
  wordsFor(run: RunView): readonly string[] {
    const { words, hints } = run.told
    return this.#tellers.has(run) ? [...words, ...hints] : words
  }
}
