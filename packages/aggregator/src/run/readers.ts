import type { GraphBuilder, Roster } from '@provloom/graph'
import { takeIn } from '@provloom/rundir/entry'
import type { RunEntry, Skipped } from '@provloom/rundir/entry'
import { lsn } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import type { MetricStore } from '../metrics/metric-store.ts'

/** All that is built from a run's journal, and the one way in for its entries, live and in replay alike. */
export class Readers {
  readonly graph: GraphBuilder
  readonly metrics: MetricStore

  constructor(graph: GraphBuilder, metrics: MetricStore) {
    this.graph = graph
    this.metrics = metrics
  }

  get roster(): Roster {
    return this.graph.roster
  }

  /** The last entry that was taken in; -1 when there is none. */
  get position(): Lsn {
    return lsn(this.graph.roster.position)
  }

  /**
   * Takes in the next entry; or, in a replay, one that the graph's snapshot holds and the metric store's does not.
   *
   * @returns why it was skipped; undefined when it was not
   */
  take(position: Lsn, entry: RunEntry | Skipped): string | undefined {
    if (position > this.position) return takeIn([this.graph, this.metrics], position, entry)
    if (!this.roster.wasSkipped(position)) takeIn([this.metrics], position, entry)
    return undefined
  }
}
