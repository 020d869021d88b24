// The package's public face: `openReader` and what it answers.
export { openReader } from './open-reader.ts'
export { errorAnswer } from './error-answer.ts'
export { metricId, metricWords } from './metric-id.ts'
export type { MetricName } from './metric-id.ts'
export { bestOf, isLessBetter } from './runs/best.ts'
export { mainMetrics } from './runs/main-metrics.ts'
export type { Reader } from './reader.ts'
export type * from './answer/index.ts'
