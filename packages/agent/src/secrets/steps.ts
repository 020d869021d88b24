/** Work that any text may cost, and the bytes for which one step more is given. What is beyond is masked unread. */
const freeSteps = 40_000
const bytesPerStep = 20
const stepsPerWord = 10
const wordsMax = 10_000

/** Counts the steps of one call, so that no text whatever costs more than its length. */
export class Steps {
  #left: number

  constructor(size: number, words = 0) {
    this.#left = freeSteps + Math.floor(size / bytesPerStep) + stepsPerWord * Math.min(words, wordsMax)
  }

  /** Takes some; whether there are none left. */
  areSpent(steps = 1): boolean {
    this.#left -= steps
    return this.#left < 0
  }
}
