/** Where a limit is reached: a test that names the limit and sees what happens there. */
export interface Reached {
  /** From the repository's root. */
  readonly file: string
  /** The test's name; of a Python test its method. */
  readonly title: string
}

export const shared = 'packages/shared/test'
export const head = 'packages/graph/test/head.test.ts'
export const ofAnything =
  'has no more of anything than may be in it (headParamsMax, headMetricsMax, headFilesMax, headHostsMax)'
export const agent = 'packages/agent/test'
export const aggregator = 'packages/aggregator/test'
export const graph = 'packages/graph/test'
export const reader = 'packages/reader/test'
export const python = 'clients/python/tests'

export function reached(file: string, title: string): Reached {
  return { file, title }
}
