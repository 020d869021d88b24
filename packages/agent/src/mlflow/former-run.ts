import path from 'node:path'
import { fieldsIn, fieldsOf, isCount, namesIn } from '@provloom/shared'
import { isLater } from '@provloom/mlflow'
import type { FormerRun, Metric, Pair } from '@provloom/mlflow'
import { textIn } from '../spool/small-file.ts'
import { runIdOf } from './run-id.ts'

/** Of a run that goes on with another one: by this tag it is told whose. */
export const resumesTag = 'mlflow.resumes'

interface Found {
  readonly runDir: string
  readonly run: Omit<FormerRun, 'history'>
}

/**
 * A run of an earlier job, which a script names to go on with it, with all that have gone on with it since: as the heads of
 * their run.json tell them. Each metric is there with its last value.
 *
 * @param mlflowId 32 hexadecimal digits
 * @param pointsOf values of one metric in a run directory, in the order in which they came
 */
export function formerRunIn(
  saveDir: string,
  mlflowId: string,
  pointsOf: (runDir: string, key: string) => Promise<readonly Metric[] | undefined>,
): FormerRun | undefined {
  const found = partsOf(saveDir, mlflowId)
  const [first] = found
  const last = found.at(-1)
  if (first === undefined || last === undefined) return undefined
  const all = found.map(({ run }) => run)
  const metrics = new Map<string, Metric>()
  for (const one of all.flatMap((run) => run.metrics)) {
    const before = metrics.get(one.key)
    if (before === undefined || isLater(one, before)) metrics.set(one.key, one)
  }
  const { experiment, runName, startTime } = first.run
  const { status, endTime } = last.run
  return {
    experiment,
    runName,
    startTime,
    status,
    ...(endTime === undefined ? {} : { endTime }),
    params: merged(all.flatMap((run) => run.params)),
    tags: merged(all.flatMap((run) => run.tags)).filter(({ key }) => key !== resumesTag),
    metrics: [...metrics.values()],
    async history(key) {
      const points: Metric[] = []
      for (const { runDir } of found) {
        const some = await pointsOf(runDir, key)
        if (some === undefined) return undefined
        for (const one of some) points.push(one)
      }
      return points
    },
  }
}

/** The run itself, and those that have gone on with it, as they were begun. */
function partsOf(saveDir: string, mlflowId: string): Found[] {
  const runId = runIdOf(mlflowId)
  if (runId === undefined) return []
  const found = namesIn(saveDir).flatMap((name): (Found & { readonly isFirst: boolean })[] => {
    const runDir = path.join(saveDir, name)
    const text = textIn(path.join(runDir, 'run.json'))
    // A thousand runs are looked through: only what names it is parsed.
    if (text?.includes(runId) !== true && text?.includes(mlflowId) !== true) return []
    const fields = fieldsIn(text)
    const isFirst = fields.get('runId') === runId
    const run = runOf(fields)
    const isLater = run.tags.some(({ key, value }) => key === resumesTag && value === mlflowId)
    return isFirst || isLater ? [{ runDir, run, isFirst }] : []
  })
  if (!found.some(({ isFirst }) => isFirst)) return []
  return found.sort((a, b) => a.run.startTime - b.run.startTime)
}

function merged(pairs: readonly Pair[]): Pair[] {
  return [...new Map(pairs.map((one) => [one.key, one])).values()]
}

function runOf(fields: ReadonlyMap<string, unknown>): Found['run'] {
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
