import type { CreateGraphBuilder } from '@provloom/graph'
import type { Clock, Files } from '@provloom/shared'
import type PQueue from 'p-queue'
import type { CreateMetricStore } from '../metrics/metric-store.ts'
import type { StatusListener } from '../status.ts'

/** Per session: per stream, everything below is stored. */
export type Acknowledgements = ReadonlyMap<string, Readonly<Record<string, number>>>

/** What runs need of the aggregator around them. */
export interface Surroundings {
  readonly files: Files
  readonly clock: Clock
  readonly version: string
  readonly host: string
  /** How ranks find this aggregator: an open run's run.json names it. */
  readonly connectionFile: string
  readonly tell: StatusListener
  /** Runs are taken from whoever has them. */
  readonly force: boolean
  readonly createGraphBuilder: CreateGraphBuilder
  readonly createMetricStore: CreateMetricStore
  /** Asked of the aggregator itself; a rank may ask for them too. */
  readonly createGraph: boolean
  readonly createSvg: boolean
  /** Pictures of all runs, one after the other: each holds the whole process for as long as it is laid out. */
  readonly drawings: PQueue
  /** What is waited to be taken in has become less. */
  readonly onRoom: () => void
  readonly acknowledge: (acknowledgements: Acknowledgements) => void
  /** Records could not be stored; the streams stand at these numbers, to be sent again later. */
  readonly retryLater: (streams: Acknowledgements, message: string) => void
}
