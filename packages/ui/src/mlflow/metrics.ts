import type { MetricPoints, Reader, RunMetric, TrackedDataset, TrackedRun } from '@provloom/reader'
import { isLater } from '@provloom/mlflow'
import type { Metric } from '@provloom/mlflow'

/**
 * A metric's name to MLflow: `loss`, `training.loss`; what agents measure `system/host/cpu_usage`. A value that was measured
 * on a data set, which is its source here, has the name that it has without.
 */
export function keyOf({ key, context, source }: Pick<RunMetric, 'key' | 'context' | 'source'>): string {
  const within = context === undefined ? key : `${context}.${key}`
  return source === 'host' || source === 'worker' ? `system/${source}/${within}` : within
}

/** Last values of runs, as they were read last. */
export class LastValues {
  readonly #reader: Reader
  readonly #pointsMax: number
  readonly #kept = new Map<
    string,
    { readonly writtenMs: number; readonly last: ReadonlyMap<string, Metric> }
  >()

  constructor(reader: Reader, pointsMax: number) {
    this.#reader = reader
    this.#pointsMax = pointsMax
  }

  /**
   * By MLflow's rule. Where one rank has logged a metric the run's record has it; else the values are read, unless there are
   * too many of them: then it is the lower median of the ranks' last ones.
   */
  async of(run: TrackedRun): Promise<ReadonlyMap<string, Metric>> {
    const told = toldLast(run)
    if (run.metricsMore === 0 && run.metrics.every(({ ranks }) => ranks === 1)) return told
    const kept = this.#kept.get(run.run)
    if (kept?.writtenMs === run.writtenMs) return kept.last
    const all = await allMetrics(this.#reader, run)
    const points = all.reduce((sum, one) => sum + one.points, 0)
    const last = points > this.#pointsMax ? told : new Map([...told, ...(await this.#read(run, all))])
    this.#kept.set(run.run, { writtenMs: run.writtenMs, last })
    return last
  }

  async #read(run: TrackedRun, metrics: readonly RunMetric[]): Promise<Map<string, Metric>> {
    const keys = new Map(metrics.map((one) => [one.id, keyOf(one)]))
    const last = new Map<string, Metric>()
    for await (const points of this.#reader.points(run.run)) {
      const key = keys.get(points.metric)
      if (key === undefined) continue
      for (let at = 0; at < points.count; at++) takeLater(last, metricAt(points, at, key))
    }
    return last
  }
}

function toldLast({ metrics, startTime, endTime }: TrackedRun): Map<string, Metric> {
  const last = new Map<string, Metric>()
  const timestamp = Date.parse(endTime ?? startTime)
  for (const one of metrics)
    if (one.last !== undefined)
      takeLater(last, { key: keyOf(one), value: Number(one.last), step: one.lastStep ?? 0, timestamp })
  return last
}

function takeLater(last: Map<string, Metric>, metric: Metric): void {
  const before = last.get(metric.key)
  if (before === undefined || isLater(metric, before)) last.set(metric.key, metric)
}

/** All values of a metric of a run, those of all ranks, by step and time. */
export async function historyOf(reader: Reader, run: TrackedRun, key: string): Promise<Metric[]> {
  const { datasets } = reader.trackedFacts(run.run)
  const meant = (await allMetrics(reader, run)).filter((one) => keyOf(one) === key)
  if (meant.length === 0) return []
  const ids = meant.map(({ id }) => id)
  const found: Metric[] = []
  for await (const points of reader.points(run.run, ids))
    for (let at = 0; at < points.count; at++)
      found.push({ ...metricAt(points, at, key), ...measuredOn(points.source, datasets) })
  return found.sort((a, b) => a.step - b.step || a.timestamp - b.timestamp)
}

async function allMetrics(reader: Reader, run: TrackedRun): Promise<readonly RunMetric[]> {
  const { metrics } = await reader.run(run.run, { limit: Number.MAX_SAFE_INTEGER, findings: 'known' })
  return metrics
}

function metricAt({ step, time, value }: MetricPoints, at: number, key: string): Metric {
  return { key, value: value[at]!, step: step[at]!, timestamp: Math.round(time[at]! / 1000) }
}

/** The data set that it was measured on: MLflow's client wants both of its names, or none. */
function measuredOn(
  source: string | null,
  datasets: readonly TrackedDataset[],
): Pick<Metric, 'datasetName' | 'datasetDigest'> {
  const found = datasets.find(({ name, digest }) => name === source && digest !== undefined)
  return found?.digest === undefined ? {} : { datasetName: found.name, datasetDigest: found.digest }
}
