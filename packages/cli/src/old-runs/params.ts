import type { ValueType } from '@provloom/shared'
import type { OldDocument } from './document.ts'
import { typesIn } from './fields.ts'
import type { Fields } from './fields.ts'
import { contextOf, labelOf } from './names.ts'
import type { OldContext } from './names.ts'

export interface OldParam extends OldContext {
  readonly key: string
  readonly valueType: ValueType
  readonly value: string
}

/** What the library says of the run and no user has logged. */
const facts = new Set([
  'PID',
  'artifact_uri',
  'endedAtTime',
  'endTime',
  'execution_end_time',
  'execution_start_time',
  'experiment_dir',
  'experiment_name',
  'global_rank',
  'host_name',
  'job_id',
  'job_name',
  'label',
  'level',
  'local_rank',
  'machine',
  'node_rank',
  'operating_system',
  'processor',
  'provenance_path',
  'python_version',
  'release',
  'role',
  'run_id',
  'runtime_type',
  'startTime',
  'startedAtTime',
  'time_zone',
  'type',
])

/** Parameters: entities of versions 1 and 3, attributes of activities in version 2. */
export function paramsOf(document: OldDocument, root: string): OldParam[] {
  const found: OldParam[] = []
  for (const [activity, fields] of document.activities) {
    for (const [key, value] of fields) {
      if (!facts.has(key)) found.push({ key, ...valueOf(value), ...contextOf(activity, root) })
    }
  }
  for (const { name, fields } of document.entities) {
    if (!isParam(fields)) continue
    const activity = document.usedBy.get(name)?.[0] ?? document.generatedBy.get(name)?.[0]
    const value = fields.get('parameter_value') ?? fields.get('value')
    const key = labelOf(name, fields)
    if (!facts.has(key) && !ofDataset.test(key))
      found.push({ key, ...valueOf(value), ...contextOf(activity, root) })
  }
  return found
}

/** Version 1 says of a data set what it is by parameters. */
export const ofDataset: RegExp = /^(.+)_stat_(?:batch_size|num_workers|shuffle|total_steps|total_samples)$/

export function isParam(fields: Fields): boolean {
  return (
    fields.has('parameter_value') ||
    typesIn(fields).some((one) => one === 'HyperParameter' || one === 'Parameter')
  )
}

/** Versions that write every value as text mean the number that it reads as. */
function valueOf(value: unknown): Pick<OldParam, 'valueType' | 'value'> {
  if (typeof value === 'boolean') return { valueType: 'bool', value: String(value) }
  if (typeof value === 'number')
    return { valueType: Number.isInteger(value) ? 'int' : 'float', value: String(value) }
  if (typeof value !== 'string') return { valueType: 'json', value: JSON.stringify(value ?? null) }
  if (/^[+-]?\d{1,300}$/.test(value)) return { valueType: 'int', value }
  if (/^[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:e[+-]?\d+)?$/i.test(value)) return { valueType: 'float', value }
  if (value === 'True' || value === 'False') return { valueType: 'bool', value: value.toLowerCase() }
  if (value === 'None') return { valueType: 'null', value: 'null' }
  return /^[[{]/.test(value) && isJson(value) ? { valueType: 'json', value } : { valueType: 'str', value }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
