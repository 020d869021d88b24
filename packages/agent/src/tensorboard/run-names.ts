import path from 'node:path'
import { nameWithin } from '@provloom/shared'

/** What folders are called that hold a part of a run, and the context that they are. */
const splits: ReadonlyMap<string, string> = new Map([
  ['train', 'training'],
  ['training', 'training'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['eval', 'evaluation'],
  ['evaluation', 'evaluation'],
  ['test', 'testing'],
  ['testing', 'testing'],
])

/** `torch`'s add_hparams makes a folder named by the time for each trial. */
const byTime = /^\d{9,11}(?:\.\d+)?$/

/**
 * The folders of a session's event files are what TensorBoard calls runs; here each is a context. The folder of its first
 * file is the session's own and has none, so that the same script's runs can be compared, whatever folders it made for
 * them; others are named from there. The order in which they are asked for matters for the first alone, and for those that
 * are named by the time.
 */
export class RunNames {
  #base: string | undefined
  readonly #known = new Map<string, string | undefined>()
  readonly #trials = new Map<string, number>()

  get base(): string | undefined {
    return this.#base
  }

  /** As another agent of the session has named it. */
  restore(folder: string, base: string, context: string | undefined): void {
    this.#base ??= base
    this.#known.set(folder, context)
    const parent = path.dirname(folder)
    if (byTime.test(path.basename(folder))) this.#trials.set(parent, (this.#trials.get(parent) ?? 0) + 1)
  }

  contextOf(folder: string): string | undefined {
    if (this.#known.has(folder)) return this.#known.get(folder)
    const name = path.basename(folder)
    this.#base ??= splits.has(name) ? path.dirname(folder) : folder
    const context = this.#contextFrom(this.#base, folder)
    this.#known.set(folder, context)
    return context
  }

  #contextFrom(base: string, folder: string): string | undefined {
    const [name, parent] = [path.basename(folder), path.dirname(folder)]
    if (folder !== base && byTime.test(name)) {
      const trial = (this.#trials.get(parent) ?? 0) + 1
      this.#trials.set(parent, trial)
      const above = this.contextOf(parent)
      if (trial === 1) return above
      return nameWithin(above === undefined ? `trial-${trial}` : `${above}/trial-${trial}`)
    }
    const below = path.relative(base, folder)
    const words = below.startsWith('..') ? path.relative(path.dirname(base), folder) : below
    if (words === '') return undefined
    return splits.get(words) ?? nameWithin(words.split(path.sep).join('/'))
  }
}
