import type { DatasetInput, Metric, ModelOutput, Pair, RunInfo, RunView } from '../record.ts'
import type { FormerRun } from '../recorder.ts'
import { History } from './history.ts'

/** What was said of one run: all that its client may ask back. */
export class RunState implements RunView {
  info: RunInfo
  readonly params: Map<string, string> = new Map()
  readonly tags: Map<string, string> = new Map()
  readonly last: Map<string, Metric> = new Map()
  readonly datasets: DatasetInput[] = []
  readonly modelInputs: string[] = []
  readonly modelOutputs: ModelOutput[] = []
  readonly history: History

  /** Of a run of an earlier job what was logged there. */
  former: FormerRun['history'] | undefined
  readonly recalled: Map<string, Metric> = new Map()

  constructor(info: RunInfo, tags: readonly Pair[], historyFile: string) {
    this.info = info
    this.history = new History(historyFile)
    for (const { key, value } of tags) this.setTag({ key, value })
  }

  /** The name of a run is its tag, and the other way round. */
  setTag({ key, value }: Pair): void {
    this.tags.set(key, value)
    if (key === 'mlflow.runName') this.info = { ...this.info, runName: value }
    if (key === 'mlflow.user') this.info = { ...this.info, userId: value }
  }

  rename(runName: string): void {
    this.setTag({ key: 'mlflow.runName', value: runName })
  }

  /** @returns what it was before, where it is changed */
  setParam({ key, value }: Pair): string | undefined {
    const before = this.params.get(key)
    this.params.set(key, value)
    return before === value ? undefined : before
  }

  addMetric(metric: Metric): void {
    this.history.add(metric)
    this.recall(metric)
  }

  /** It was logged before, and is in another history. */
  recall(metric: Metric): void {
    const before = this.last.get(metric.key)
    if (before === undefined || isLater(metric, before)) this.last.set(metric.key, metric)
  }
}

/** Which of two values of a metric is its last: MLflow's own rule. */
export function isLater(one: Metric, before: Metric): boolean {
  if (one.step !== before.step) return one.step > before.step
  if (one.timestamp !== before.timestamp) return one.timestamp > before.timestamp
  return one.value >= before.value || Number.isNaN(before.value)
}
