import type { EventSource, SourceWriter } from './event-source.ts'
import type { Sampler } from './sampler.ts'

/** What the session's process uses, with its descendants: samples of the tree's one sampler. */
export class Usage implements EventSource {
  readonly #sampler: Sampler
  readonly #pid: number
  #writer: SourceWriter | undefined

  constructor(sampler: Sampler, pid: number) {
    this.#sampler = sampler
    this.#pid = pid
  }

  start(writer: SourceWriter): void {
    this.#writer = writer
    this.#sampler.add(writer, this.#pid)
  }

  async stop(): Promise<void> {
    if (this.#writer !== undefined) this.#sampler.remove(this.#writer)
  }
}
