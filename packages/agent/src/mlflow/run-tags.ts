import { limits, nameWithin } from '@provloom/shared'
import type { Into } from './kept-files.ts'
import { paramValue } from './param-value.ts'

/** Tags that MLflow keeps for itself, and what of the run says already. */
const ownTags: ReadonlySet<string> = new Set([
  'mlflow.runName',
  'mlflow.parentRunId',
  'mlflow.loggedArtifacts',
  'mlflow.log-model.history',
])

/** By which a tag is told from an output that the script has said. */
const tagSource = 'mlflow.tag'

export function isWorthIt(key: string): boolean {
  return !ownTags.has(key)
}

export function recordTag(into: Pick<Into, 'record'>, key: string, value: string): void {
  const { remark: _remark, ...found } = paramValue(value.slice(0, limits.valueBytesMax))
  const param = { type: 'param', key: nameWithin(key), ...found } as const
  into.record({ ...param, source: tagSource, direction: 'output' })
}
