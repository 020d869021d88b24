import type { ArtifactKeeper } from '../artifact/keeper.ts'
import type { Artifact } from '@provloom/shared'
import type { Origin, SourceWriter } from '../source/event-source.ts'
import type { Fact, OwnStream, SeriesName } from '../spool/own-stream.ts'

/**
 * The agent's stream as its sources write it. Files that they name are kept at once, for the end waits for no second
 * reading; before the run is known nothing is read: what is read then is seen, and a run that is over takes nothing more.
 */
export class SourceRecords implements SourceWriter {
  readonly #own: OwnStream
  readonly #keeper: Pick<ArtifactKeeper, 'keep' | 'isBegun'>

  constructor(own: OwnStream, keeper: Pick<ArtifactKeeper, 'keep' | 'isBegun'>) {
    this.#own = own
    this.#keeper = keeper
  }

  get run(): string {
    return this.#own.run
  }

  record(fact: Fact): boolean {
    const kept = this.#own.record(fact)
    if (kept && fact.type === 'artifact')
      this.keep({ time: 0, ...fact }, { stream: this.#own.id, number: this.#own.ledger.next - 1 })
    return kept
  }

  keep(artifact: Artifact, origin: Origin): void {
    if (this.#keeper.isBegun) this.#keeper.keep(artifact, origin)
  }

  measure(name: SeriesName, step: number, value: number): void {
    this.#own.measure(name, step, value)
  }
}
