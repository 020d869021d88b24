import type { HeadMetric, RunFile } from '@provloom/rundir'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Entity } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import { mls } from '../vocabulary.ts'

/** Last values of what users logged, one for each metric; not of what was measured beside them. */
export function metricEntities(run: RunFile, graph: RunGraph): Entity[] {
  const evaluated = new Set(
    graph
      .ofType(mls('ModelEvaluation'))
      .flatMap((one) => graph.element(one.text(mls('specifiedBy')) ?? '')?.label ?? []),
  )
  return (run.head?.metrics.shown ?? [])
    .filter(({ source, key }) => source === undefined || evaluated.has(key))
    .map(metricEntity)
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
