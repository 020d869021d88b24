import path from 'node:path'
import { fieldsIn, fieldsOf, isCount, namesIn } from '@provloom/shared'
import type { FormerRun } from '@provloom/mlflow'
import { textIn } from '../spool/small-file.ts'
import { runIdOf } from './run-id.ts'

/**
 * A run of an earlier job, which a script names to go on with it: as the head of its run.json tells it. Each metric is there
 * with its last value.
 *
 * @param mlflowId 32 hexadecimal digits
 */
export function formerRunIn(saveDir: string, mlflowId: string): FormerRun | undefined {
  const runId = runIdOf(mlflowId)
  if (runId === undefined) return undefined
  for (const name of namesIn(saveDir)) {
    const text = textIn(path.join(saveDir, name, 'run.json'))
    // A thousand runs are looked through: only what names it is parsed.
    if (text?.includes(runId) !== true) continue
    const fields = fieldsIn(text)
    if (fields.get('runId') === runId) return runOf(fields)
  }
  return undefined
}

function runOf(fields: ReadonlyMap<string, unknown>): FormerRun {
  const head = fieldsOf(fields.get('head'))
  const timeOf = (name: string): number => Date.parse(String(fields.get(name)))
  const [startTime, endTime] = [timeOf('startTime'), timeOf('endTime')]
  const experiment = fieldsOf(fields.get('settings')).get('experimentName')
  const runName = fields.get('runName')
  // What MLflow's client has set of a run that is no parameter is a tag: it logs no other outputs that are values.
  const pairs = shownIn(head.get('params')).flatMap((one) => {
    const [key, value] = [one.get('name'), one.get('value')]
    if (typeof key !== 'string' || value === undefined) return []
    return [{ key, value: textOf(value), isTag: one.get('direction') === 'output' }]
  })
  return {
    experiment: typeof experiment === 'string' ? experiment : undefined,
    runName: typeof runName === 'string' ? runName : undefined,
    status: statusOf(fields.get('status')),
    startTime: Number.isNaN(startTime) ? 0 : startTime,
    ...(Number.isNaN(endTime) ? {} : { endTime }),
    params: pairs.filter((one) => !one.isTag),
    tags: pairs.filter((one) => one.isTag),
    metrics: shownIn(head.get('metrics')).flatMap((one) => {
      const [key, last, step] = [one.get('key'), one.get('last'), one.get('lastStep')]
      const isThere = typeof key === 'string' && typeof last === 'number'
      if (!isThere) return []
      return [
        { key, value: last, step: isCount(step) ? step : 0, timestamp: Number.isNaN(endTime) ? 0 : endTime },
      ]
    }),
  }
}

function shownIn(list: unknown): ReadonlyMap<string, unknown>[] {
  const shown = fieldsOf(list).get('shown')
  return Array.isArray(shown) ? shown.map((one: unknown) => fieldsOf(one)) : []
}

/** As Python writes it. */
function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null) return 'None'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function statusOf(status: unknown): FormerRun['status'] {
  if (status === 'completed') return 'FINISHED'
  return status === 'killed' ? 'KILLED' : 'FAILED'
}
