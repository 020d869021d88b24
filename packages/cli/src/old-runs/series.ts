import fs from 'node:fs'
import { limits } from '@provloom/shared'
import type { OldDocument } from './document.ts'
import { readArrays } from './array-files.ts'
import { textIn, typesIn } from './fields.ts'
import type { Fields } from './fields.ts'
import { contextOf, labelOf } from './names.ts'
import type { OldContext } from './names.ts'
import { itemsIn } from './literal.ts'
import type { Item } from './literal.ts'
import { columnsOfCsv, timeUs } from './numbers.ts'
import type { Columns } from './numbers.ts'
import type { Places } from './places.ts'

export interface OldSeries extends OldContext {
  readonly key: string
  readonly columns: Columns
}

export function isMetric(fields: Fields): boolean {
  if (fields.has('metric_value_list') || typesIn(fields).includes('Metric')) return true
  return fields.has('context') && fields.has('source') && fields.has('path')
}

/** @param tell hears of each series that is not there, or not whole: nothing of it is guessed */
export function seriesOf(
  document: OldDocument,
  root: string,
  places: Places,
  tell: (message: string) => void,
): OldSeries[] {
  return document.entities.flatMap(({ name, fields }) => {
    if (!isMetric(fields)) return []
    const key = labelOf(name, fields)
    const activity = textIn(fields, 'context') ?? document.generatedBy.get(name)?.[0]
    const source = textIn(fields, 'source')
    const place = {
      ...contextOf(activity, root),
      ...(source === undefined || source === 'None' ? {} : { source }),
    }
    const columns = columnsOf(fields, places)
    if (typeof columns === 'string') {
      tell(
        `the series ${key}${place.context === undefined ? '' : ` of ${place.context}`} is not taken over: ${columns}`,
      )
      return []
    }
    return [{ key, ...place, columns }]
  })
}

/** @returns why there is none */
function columnsOf(fields: Fields, places: Places): Columns | string {
  if (fields.has('metric_value_list')) return inline(fields)
  const named = textIn(fields, 'path', 'identifier')
  if (named === undefined) return 'its values are nowhere in the document'
  const file = places.find(named)
  if (file === undefined) return `its values are in ${named}, which is not there`
  if (/\.(?:nc|zarr)\/?$/.test(file)) {
    const found = readArrays(file)
    return typeof found === 'string' ? `${file}: ${found}` : found
  }
  return columnsOfCsv(fs.readFileSync(file, 'utf8')) ?? `${file} is no list of steps, values and times`
}

const unread = {
  abbreviated: 'numpy has left values out of it when it was written (...), and nobody has them',
  unreadable: 'there is something among its numbers that is none',
} as const

function inline(fields: Fields): Columns | string {
  const [steps = [], values = [], times = []] = [
    'metric_epoch_list',
    'metric_value_list',
    'metric_timestamp_list',
  ].map((name) => {
    const value = fields.get(name)
    return value === undefined ? [] : itemsIn(typeof value === 'string' ? value : JSON.stringify(value))
  })
  if (typeof steps === 'string') return unread[steps]
  if (typeof values === 'string') return unread[values]
  if (typeof times === 'string') return unread[times]
  if (steps.length !== values.length) return `it has ${steps.length} steps and ${values.length} values`
  return { steps: steps.flat(), values, times: values.map((_, i) => timeUs(Number(times[i]))) }
}

/** A list's values beyond the most that a metric has are not taken. */
export function isTooLong(value: Item): boolean {
  return typeof value !== 'number' && value.length > limits.vectorLengthMax
}
