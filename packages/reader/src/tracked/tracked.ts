import type { HeadParam } from '@provloom/rundir'
import { present } from '../present.ts'
import type { MetricPoints, TrackedFacts, TrackedRun } from '../answer/tracked.ts'
import type { Element } from '../document/element.ts'
import type { Documents, RunDocument } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { metricOfRows } from '../measured.ts'
import { metricId } from '../metric-id.ts'

export function trackedRun({ name, directory, file, writtenMs }: KnownRun): TrackedRun {
  const { head } = file
  return {
    run: name,
    directory,
    runId: file.runId,
    writtenMs,
    experiment: file.settings.experimentName,
    status: file.status,
    startTime: file.startTime,
    endTime: file.endTime,
    worldSize: file.worldSize,
    users: head?.users ?? [],
    params: head?.params.shown ?? [],
    paramsMore: head?.params.more ?? 0,
    metrics: (head?.metrics.shown ?? []).map((one) => ({ id: metricId(one), ...one })),
    metricsMore: head?.metrics.more ?? 0,
    hasModels: head?.outputs.shown.some(({ kind }) => kind === 'model') ?? false,
    ...present({ runName: file.runName, command: head?.command, source: head?.source }),
  }
}

export function trackedFacts(run: KnownRun, documents: Documents): TrackedFacts {
  const document = documents.maybe(run.directory)
  const shown = run.file.head?.params
  const params =
    shown === undefined || shown.more > 0 ? (document === undefined ? [] : paramsOf(document)) : shown.shown
  return {
    params: params.length === 0 ? (shown?.shown ?? []) : params,
    datasets: (document?.ofType('mls:Dataset') ?? []).map((one) => ({
      name: one.label,
      ...present({
        digest: one.text('provloom:digest'),
        sourceType: one.text('provloom:sourceType'),
        uri: one.text('provloom:uri'),
        schema: one.text('provloom:schema'),
        split: one.text('provloom:split'),
        samples: one.number('provloom:samples'),
      }),
    })),
    models: (document?.ofType('mls:Model') ?? [])
      // Its folder is a model's as well.
      .filter((one) => !one.is('provloom:File'))
      .map((one) => ({
        name: one.label,
        ...present({ modelId: one.text('provloom:modelId'), className: one.text('provloom:className') }),
      })),
  }
}

/** Of one name the first value: ranks may have logged others. */
function paramsOf(document: RunDocument): HeadParam[] {
  const found = new Map<string, HeadParam>()
  const add = (one: Element, more: Pick<HeadParam, 'direction'>): void => {
    const value = one.fact('prov:value')
    if (value === undefined) return
    const name = one.label
    if (!found.has(name)) found.set(name, { name, value, ranks: 1, ...more })
  }
  for (const one of document.ofType('mls:HyperParameterSetting')) add(one, {})
  for (const one of document.ofType('provloom:Output')) add(one, { direction: 'output' })
  return [...found.values()]
}

/** @param metrics ids; of none all that are there */
export async function* metricPoints(run: KnownRun, metrics: readonly string[]): AsyncGenerator<MetricPoints> {
  const series = await run.series()
  const wanted = new Set(metrics)
  const meant = new Map<string, { key: string; context: string | null; source: string | null }>()
  for (const { key, context, source } of series) {
    if (wanted.size > 0 && !wanted.has(metricId(metricOfRows({ key, context, source })))) continue
    meant.set(JSON.stringify([key, context, source]), { key, context, source })
  }
  for (const which of meant.values())
    for await (const { rank, attempt, count, step, time, value } of run.points(which)) {
      const metric = metricId(metricOfRows(which))
      yield { metric, rank, attempt, source: which.source, count, step, time, value }
    }
}
