import { ProvloomError, claimGeneration, endGeneration, latestGeneration } from '@provloom/shared'

/** Which one of a job's aggregators this is, where agents start one after the other: files in the control folder say it. */
export class Generation {
  readonly #folder: string
  #number: number | undefined

  /** @param number how many agents have started before; undefined for one that somebody started by hand */
  constructor(folder: string, number: number | undefined) {
    this.#folder = folder
    this.#number = number
  }

  /** Undefined for one that somebody started by hand. */
  get number(): number | undefined {
    return this.#number
  }

  /** @throws {ProvloomError} `AGGREGATOR_RUNNING` when agents have started a later one */
  refuseLater(): void {
    const latest = latestGeneration(this.#folder)
    if (this.#number === undefined || latest === undefined || latest <= this.#number) return
    throw new ProvloomError('AGGREGATOR_RUNNING', 'A later aggregator of this job has been started', {
      doing: 'start the aggregator',
      to: this.#folder,
      hint: 'Nothing: the agents of the job use that one.',
    })
  }

  /** Whether the next generation is ours: agents that have seen us leave may be about to start it. */
  claimNext(): boolean {
    const next = (this.#number ?? -1) + 1
    try {
      if (!claimGeneration(this.#folder, next)) return false
    } catch {
      // Where nothing can be written, nobody else starts one.
      return false
    }
    this.#number = next
    return true
  }

  /** It has left: the next one may be started. */
  end(): void {
    if (this.#number !== undefined) endGeneration(this.#folder, this.#number)
  }
}
