import { prov } from '@provloom/prov'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** Columns of the Parquet parts, with their types (docs/metrics.md). */
export const storeSchema =
  'rank int32, attempt int32, context string?, source string?, key string, step int64, time timestamp[us, UTC], value float64'

/** The metric store: where all points are. Its parts are attributes, since series and parts are not told apart by file. */
export function storeRecords(view: View): Keyed[] {
  const { state, space } = view
  if (state.metrics.size === 0 && state.parts.length === 0) return []
  const id = space.run('metrics')
  const facts = new Facts()
    .label('metrics')
    .type(prov('Collection'), term('provloom', 'MetricStore'))
    .text('path', 'metrics')
    .text('format', 'Apache Parquet')
    .text('schema', storeSchema)
    .int('rows', sum(state.parts.map(({ rows }) => rows)))
    .int('size', sum(state.parts.map(({ bytes }) => bytes)))
    .int('parts', state.parts.length)
    .texts(
      'part',
      state.parts.map(
        ({ file, rows, bytes, sha256 }) => `${file} rows=${rows} bytes=${bytes} sha256=${sha256}`,
      ),
    )
  return [entity(id, facts.list), relation('wasGeneratedBy', { entity: id, activity: runName(view) })]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
