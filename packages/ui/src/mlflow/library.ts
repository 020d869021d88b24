import type { Reader, TrackedRun } from '@provloom/reader'
import { defaultExperiment, experimentIdOf, unknown } from '@provloom/mlflow'
import type { Experiment, Library, LoggedModel, RunView } from '@provloom/mlflow'
import { limits } from '@provloom/shared'
import { LastValues, historyOf } from './metrics.ts'
import { idOf, modelOf, viewOf } from './view.ts'

/**
 * The runs of a save directory, as MLflow's client asks for them. Experiments are those that runs name, by the ids that their
 * scripts were told; MLflow's default one, which it searches where it is told none, stands for all of them.
 *
 * @param pointsMax of a run with more values its record alone says what its last ones are
 */
export function libraryOver(reader: Reader, pointsMax: number = limits.mlflowPointsReadMax): Library {
  const last = new LastValues(reader, pointsMax)
  const runOf = (id: string): TrackedRun => {
    const wanted = id.replaceAll('-', '')
    const found = reader.tracked().find((one) => idOf(one) === wanted)
    if (found === undefined) throw unknown('Run', id)
    return found
  }
  const viewsOf = async (runs: readonly TrackedRun[]): Promise<RunView[]> => {
    const views: RunView[] = []
    for (const run of runs) views.push(viewOf(run, await last.of(run), undefined))
    return views
  }
  const runsOf = (ids: ReadonlySet<string>): TrackedRun[] => {
    const isAll = ids.size === 0 || ids.has(defaultExperiment)
    return reader.tracked().filter(({ experiment }) => isAll || ids.has(experimentIdOf(experiment)))
  }
  const models = (ids: ReadonlySet<string>): LoggedModel[] =>
    runsOf(ids)
      .filter(({ hasModels }) => hasModels)
      .flatMap((run) => reader.trackedFacts(run.run).models.map((one) => modelOf(run, one)))
  const experiments = (): Experiment[] => experimentsOf(reader.tracked())
  return {
    experiments,
    experiment(id) {
      const found = experiments().find(({ experimentId }) => experimentId === id)
      if (found === undefined) throw unknown('Experiment', id)
      return found
    },
    runs: (ids) => viewsOf(runsOf(ids)),
    async run(id) {
      const run = runOf(id)
      return viewOf(run, await last.of(run), reader.trackedFacts(run.run))
    },
    history: (id, key) => historyOf(reader, runOf(id), key),
    models,
    model(id) {
      const found = models(new Set()).find(({ modelId }) => modelId === id)
      if (found === undefined) throw unknown('Logged model', id)
      return found
    },
  }
}

function experimentsOf(runs: readonly TrackedRun[]): Experiment[] {
  const times = new Map<string, { first: number; last: number }>()
  for (const { experiment, startTime, endTime } of runs) {
    const [first, last] = [Date.parse(startTime), Date.parse(endTime ?? startTime)]
    const before = times.get(experiment)
    times.set(experiment, {
      first: Math.min(before?.first ?? first, first),
      last: Math.max(before?.last ?? last, last),
    })
  }
  const made = (
    experimentId: string,
    name: string,
    { first, last }: { first: number; last: number },
  ): Experiment => ({
    experimentId,
    name,
    artifactLocation: 'mlflow-artifacts:/',
    lifecycleStage: 'active',
    creationTime: first,
    lastUpdateTime: last,
    tags: new Map(),
  })
  return [
    made(defaultExperiment, 'Default', { first: 0, last: 0 }),
    ...[...times].map(([name, when]) => made(experimentIdOf(name), name, when)),
  ]
}
