import type { MetricName } from '../metric-id.ts'

interface Logged extends MetricName {
  readonly measured?: true
  readonly ranks?: number
}

/** What is to become large, the first one first. */
export const goodKeys: readonly RegExp[] = [
  'accuracy',
  'acc',
  'f1',
  'auc',
  'precision',
  'recall',
  'reward',
  'score',
  'bleu',
].map((word) => new RegExp(`(?:^|[^a-z0-9])${word}(?:$|[^a-z])`, 'i'))
const timing = /(?:^|_)(?:time|seconds|duration|wait|elapsed)(?:$|_)/i

/**
 * The two that a run is about: its loss and the first of what is to become large, else those of most ranks. What agents measure
 * and how long something takes is neither.
 */
export function mainMetrics<T extends Logged>(metrics: readonly T[]): T[] {
  const logged = metrics.filter(({ measured, key }) => measured !== true && !timing.test(key))
  const loss =
    logged.find(({ key, context }) => key === 'loss' && context === 'training') ??
    logged.find(({ key }) => key === 'loss') ??
    logged.find(({ key }) => /loss/i.test(key))
  const good = goodKeys
    .map((pattern) => logged.find(({ key }) => pattern.test(key)))
    .find((one) => one !== undefined)
  const rest = logged.filter((one) => one !== loss && one !== good)
  rest.sort((a, b) => (b.ranks ?? 0) - (a.ranks ?? 0))
  return [loss, good, ...rest].filter((one) => one !== undefined).slice(0, 2)
}
