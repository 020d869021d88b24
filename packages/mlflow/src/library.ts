import type { Book } from './book/book.ts'
import type { Experiment, LoggedModel, Metric, RunView } from './record.ts'

export type MaybeLater<T> = T | Promise<T>

/** What can be asked back of runs: those of who records now, or those that lie on disk. */
export interface Library {
  experiments(): MaybeLater<readonly Experiment[]>
  /** @throws {Fault} `RESOURCE_DOES_NOT_EXIST` */
  experiment(id: string): MaybeLater<Experiment>
  /** @param experimentIds whose; of none all */
  runs(experimentIds: ReadonlySet<string>): MaybeLater<readonly RunView[]>
  /** @throws {Fault} `RESOURCE_DOES_NOT_EXIST` */
  run(id: string): MaybeLater<RunView>
  /** In the order in which they came. @throws {Fault} `RESOURCE_DOES_NOT_EXIST` */
  history(runId: string, key: string): MaybeLater<readonly Metric[]>
  models(experimentIds: ReadonlySet<string>): MaybeLater<readonly LoggedModel[]>
  /** @throws {Fault} `RESOURCE_DOES_NOT_EXIST` */
  model(id: string): MaybeLater<LoggedModel>
}

/** Of what one rank has said. */
export function libraryOf(book: Book): Library {
  return {
    experiments: () => book.experiments.all,
    experiment: (id) => book.experiments.get(id),
    runs: (ids) => book.runs.filter(({ info }) => ids.size === 0 || ids.has(info.experimentId)),
    run: (id) => book.run(id),
    history: (id, key) => book.history(id, key),
    models: (ids) => book.models.all.filter(({ experimentId }) => ids.size === 0 || ids.has(experimentId)),
    model: (id) => book.models.get(id),
  }
}
