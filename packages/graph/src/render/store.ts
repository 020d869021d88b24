import { limits } from '@provloom/shared'
import { prov } from '@provloom/prov'
import type { Part } from '@provloom/rundir/entry'
import { lastSlug } from '../name.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { goneProblem } from './file.ts'
import { recorderName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** Columns of the Parquet parts, with their types (docs/metrics.md). */
const storeSchema =
  'rank int32, attempt int32, context string?, source string?, key string, step int64, time timestamp[us, UTC], value float64'

const parquet = 'application/vnd.apache.parquet'

/** The metric store: where all points are. */
export function storeRecords(view: View): Keyed[] {
  const { state, space } = view
  if (state.metrics.size === 0 && state.parts.length === 0) return []
  const id = space.run('metrics')
  const leftOut = state.parts.length - limits.partsInDocumentMax
  const facts = new Facts()
    .label('metrics')
    .type(prov('Collection'), term('provloom', 'MetricStore'))
    .location('metrics')
    .word('schema', 'encodingFormat', parquet)
    .text('schema', storeSchema)
    .int('rows', sum(state.parts.map(({ rows }) => rows)))
    .int('size', sum(state.parts.map(({ bytes }) => bytes)))
    .int('parts', state.parts.length)
    .int('partsLeftOut', leftOut > 0 ? leftOut : undefined)
  return [entity(id, facts.list), relation('wasGeneratedBy', { entity: id, activity: recorderName(view, 0) })]
}

/** One Parquet file. The first that were sealed are in the document. */
export function partRecords(view: View, file: string): Keyed[] {
  const { state, space } = view
  const at = state.parts.findIndex((part) => part.file === file)
  const part = state.parts[at]
  if (part === undefined || at >= limits.partsInDocumentMax) return []
  const id = space.run(`metrics.part-${numberOf(part)}`)
  const facts = new Facts()
    .label(part.file)
    .type(term('provloom', 'MetricPart'))
    .location(state.gone.has(part.file) ? undefined : part.file)
    .int('rows', part.rows)
    .int('size', part.bytes)
    .word('schema', 'sha256', part.sha256)
    .word('schema', 'encodingFormat', parquet)
    .text('problem', goneProblem(view, part.file))
  const maker = recorderName(view, state.partMakers.get(part.file) ?? 0)
  return [
    entity(id, facts.list),
    relation('wasGeneratedBy', { entity: id, activity: maker }),
    relation('hadMember', { collection: space.run('metrics'), entity: id }),
  ]
}

/** The number that its writer gave it: `metrics/part-000000000004.parquet`. */
function numberOf({ file }: Part): string {
  const number = /(?:^|\/)part-0*(\d+)\.parquet$/.exec(file)?.[1]
  return number ?? lastSlug(file)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
