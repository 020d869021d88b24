import type { RowMetric, RunAnswer, RunMetric, RunRow } from '@provloom/reader'

export interface Named {
  readonly key: string
  readonly context?: string
  readonly source?: string
  readonly measured?: true
}

/** Whether the least value is the best: as metrics are called. The reader sorts by the same rule. */
export function isLessBetter(key: string): boolean {
  return /loss|error|perplexity|(?:^|[^a-z])(?:mse|mae|rmse|nll|wer|cer|fid|time|seconds)(?:$|[^a-z])/i.test(
    key,
  )
}

export function best(metric: RowMetric | RunMetric): number | undefined {
  return isLessBetter(metric.key) ? metric.min : metric.max
}

/** What people call its extreme: of a metric of which nobody knows which way is good it is only the highest. */
export function extremeWord(key: string): 'lowest' | 'best' | 'highest' {
  if (isLessBetter(key)) return 'lowest'
  return goodKeys.some((word) => isCalled(key, word)) ? 'best' : 'highest'
}

function isCalled(key: string, word: string): boolean {
  return new RegExp(`(?:^|[^a-z])${word}(?:$|[^a-z])`, 'i').test(key)
}

/** What agents measure every few seconds, of a process or a machine: its steps are samples. */
export function isSampled({ measured, source }: Pick<Named, 'measured' | 'source'>): boolean {
  return measured === true && (source === 'worker' || source === 'host')
}

/** Where it belongs in the tree of metrics: its context, or what measured it. */
export function groupOf({ context, source, measured }: Named): string {
  if (source !== undefined || measured === true)
    return `${context ?? (measured === true ? 'system' : 'no context')} · ${source ?? 'worker'}`
  return context ?? 'no context'
}

/**
 * The two that a run is about: its loss and the first of what is to become large, else the two with most ranks. What agents
 * measure is none of them.
 */
export function mainMetrics<T extends Named & { readonly ranks?: number }>(metrics: readonly T[]): T[] {
  const logged = metrics.filter(({ measured, key }) => measured !== true && !isTiming(key))
  const loss =
    logged.find(({ key, context }) => key === 'loss' && context === 'training') ??
    logged.find(({ key }) => key === 'loss') ??
    logged.find(({ key }) => /loss/i.test(key))
  const good = goodKeys
    .map((word) => logged.find(({ key }) => isCalled(key, word)))
    .find((one) => one !== undefined)
  const rest = logged.filter((one) => one !== loss && one !== good)
  rest.sort((a, b) => (b.ranks ?? 0) - (a.ranks ?? 0))
  return [loss, good, ...rest].filter((one) => one !== undefined).slice(0, 2)
}

const goodKeys = ['accuracy', 'f1', 'auc', 'acc', 'precision', 'recall', 'reward', 'score', 'bleu']

export function isTiming(key: string): boolean {
  return /(?:^|_)(?:time|seconds|duration|wait|elapsed)(?:$|_)/i.test(key)
}

/** Above so many points a curve is asked for as a whole: as it is kept, in stretches. */
const pointsMax = 4_000_000

/** First and last step of a metric that grows no more. */
export function extentOf(
  metric: RunMetric | RowMetric | undefined,
  { life }: Pick<RunAnswer | RunRow, 'life'>,
): readonly [number, number] | undefined {
  if (metric?.lastStep === undefined || life.state === 'alive') return undefined
  if ('points' in metric && metric.points > pointsMax) return undefined
  return [('firstStep' in metric ? metric.firstStep : undefined) ?? 0, metric.lastStep]
}

/** The key in a metric's id, as words. */
export function keyOf(metric: string): string {
  const key = /\/([^@]*)/.exec(metric)?.[1] ?? metric
  try {
    return decodeURIComponent(key).replaceAll('_', ' ')
  } catch {
    return key
  }
}
