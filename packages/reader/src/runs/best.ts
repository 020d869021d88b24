import type { HeadMetric, HeadNumber } from '@provloom/rundir'
import { goodKeys } from './main-metrics.ts'

const lessIsBetter =
  /loss|error|perplexity|(?:^|[^a-z])(?:mse|mae|rmse|nll|wer|cer|fid|time|seconds)(?:$|[^a-z])/i

/** Whether the least value of a metric is its best: told by how it is named, for nobody else tells it. */
export function isLessBetter(key: string): boolean {
  return lessIsBetter.test(key)
}

/** What people call its extreme: of a metric of which nobody knows which way is good it is only the highest. */
export function extremeWord(key: string): 'lowest' | 'best' | 'highest' {
  if (isLessBetter(key)) return 'lowest'
  return goodKeys.some((pattern) => pattern.test(key)) ? 'best' : 'highest'
}

/** Undefined where it has no finite value. */
export function bestOf({ key, min, max }: Pick<HeadMetric, 'key' | 'min' | 'max'>): number | undefined {
  return isLessBetter(key) ? min : max
}

export function numberOf(value: HeadNumber): number {
  return Number(value)
}
