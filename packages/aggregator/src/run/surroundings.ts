import type PQueue from 'p-queue'
import type { CreateGraphBuilder } from '@provloom/graph'
import type { Clock, Files, Statuses } from '@provloom/shared'
import type { CreateMetricStore } from '../metrics/metric-store.ts'
import type { StatusListener } from '../status.ts'
import type { RunStatus } from './run-status.ts'

/** What runs need of the aggregator around them. */
export interface Surroundings {
  readonly files: Files
  readonly clock: Clock
  readonly version: string
  readonly host: string
  /** How ranks find this aggregator: an open run's run.json names it. */
  readonly connectionFile: string
  /** Tells the host program, and whoever else listens to the aggregator. */
  readonly tell: StatusListener
  /** Of all open runs, for the rooms of the aggregator. */
  readonly runs: Statuses<RunStatus>
  /** Runs are taken from whoever has them. */
  readonly force: boolean
  readonly createGraphBuilder: CreateGraphBuilder
  readonly createMetricStore: CreateMetricStore
  /** Asked of the aggregator itself; a rank may ask for them too. */
  readonly createGraph: boolean
  readonly createSvg: boolean
  /** Pictures of all runs, one after the other: each holds the whole process for as long as it is laid out. */
  readonly drawings: PQueue
}
