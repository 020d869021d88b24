import type { HeadMetric, RunFile } from '@provloom/rundir'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Entity } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import { mls, provloom } from '../vocabulary.ts'

/**
 * Last values of what scripts logged, one for each metric; not of what was measured beside them, which the head has under the
 * same names: a script's metric is one that the document has an evaluation of.
 */
export function metricEntities(run: RunFile, graph: RunGraph): Entity[] {
  const logged = loggedIn(graph)
  const byId = new Map<string, Entity>()
  for (const metric of run.head?.metrics.shown ?? []) {
    const { key, context, source } = metric
    const keys = context === undefined ? logged.outside : logged.anywhere
    if (source === 'host' || !keys.has(key)) continue
    const entity = metricEntity(metric)
    // What was measured comes behind what was logged.
    if (!byId.has(entity['@id'])) byId.set(entity['@id'], entity)
  }
  return [...byId.values()]
}

/** Keys that scripts logged, and those of them that were logged outside of a context too. */
function loggedIn(graph: RunGraph): Readonly<Record<'anywhere' | 'outside', ReadonlySet<string>>> {
  const [anywhere, outside] = [new Set<string>(), new Set<string>()]
  for (const one of graph.ofType(mls('ModelEvaluation'))) {
    const key = graph.element(one.text(mls('specifiedBy')) ?? '')?.label
    if (key === undefined) continue
    anywhere.add(key)
    const maker = graph.makerOf(one)
    if (maker === undefined || maker.is(provloom('RankExecution'))) outside.add(key)
  }
  return { anywhere, outside }
}

function metricEntity(metric: HeadMetric): Entity {
  const { key, context, source, unit, ranks, points, last, min, max, firstStep, lastStep } = metric
  const of = ranks === 1 ? 'last value' : `lower median of the last values of ${ranks} ranks`
  return {
    '@id': localId(['metric', context, source, key].filter((one) => one !== undefined).join('.')),
    '@type': 'PropertyValue',
    name: key,
    value: last,
    minValue: min,
    maxValue: max,
    unitText: unit,
    description: `${context === undefined ? '' : `${context}: `}${of}; ${points} points, steps ${firstStep} to ${lastStep}`,
  }
}
