import { isDateTime } from '@provloom/prov'
import { isObject, records, scopes } from './tree.ts'
import type { Changes, Json, JsonObject } from './tree.ts'

/** Says by PROV's own statements what yProv4ML says by words that no reader of PROV looks for. */
export function mendStatements(document: JsonObject, changes: Changes): void {
  for (const scope of scopes(document)) {
    mendTimes(scope, changes)
    mendStarts(scope, changes)
    mendTypes(scope, changes)
    mendEntities(scope, changes)
  }
}

const ofActivity = { 'prov:startedAtTime': 'prov:startTime', 'prov:endedAtTime': 'prov:endTime' }

function mendTimes(scope: JsonObject, changes: Changes): void {
  for (const { name, record } of records(scope, 'activity')) {
    for (const [written, formal] of Object.entries(ofActivity)) {
      const time = timeOf(record[written])
      if (time === undefined || formal in record) continue
      record[formal] = time
      delete record[written]
      changes.note(`${written} is ${formal}`, name)
    }
  }
  for (const kind of [
    'activity',
    'wasGeneratedBy',
    'used',
    'wasStartedBy',
    'wasEndedBy',
    'wasInvalidatedBy',
  ]) {
    for (const { name, record } of records(scope, kind)) {
      for (const formal of ['prov:startTime', 'prov:endTime', 'prov:time']) {
        const written = record[formal]
        if (written === undefined || (typeof written === 'string' && isDateTime(written))) continue
        const time = timeOf(written)
        if (time === undefined) {
          record[`${formal}AsWritten`.replace('prov:', 'default:')] = written
          delete record[formal]
          changes.note(`${formal} that is no time is an attribute`, name)
        } else {
          record[formal] = time
          changes.note(`${formal} is an xsd:dateTime`, name)
        }
      }
    }
  }
}

/** An xsd:dateTime of what is one, of a date with a blank in it, of seconds or of milliseconds. */
function timeOf(value: Json | undefined): string | undefined {
  const written = isObject(value) ? value['$'] : value
  if (typeof written !== 'string' && typeof written !== 'number') return undefined
  const text = String(written)
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d) (?=\d\d:)/, '$1T')
  if (isDateTime(text)) return text
  const seconds = /^\d{9,13}(?:\.\d+)?$/.test(text) ? Number(text) : NaN
  return Number.isNaN(seconds) ? undefined : new Date(seconds < 1e11 ? seconds * 1000 : seconds).toISOString()
}

/** What triggers a start is an entity; the activity that starts another is its starter. */
function mendStarts(scope: JsonObject, changes: Changes): void {
  const activities = new Set(records(scope, 'activity').map(({ name }) => name))
  for (const [kind, formal] of [
    ['wasStartedBy', 'prov:starter'],
    ['wasEndedBy', 'prov:ender'],
  ] as const) {
    for (const { record } of records(scope, kind)) {
      const trigger = record['prov:trigger']
      if (typeof trigger !== 'string' || !activities.has(trigger) || formal in record) continue
      record[formal] = trigger
      delete record['prov:trigger']
      changes.note(`an activity that was a prov:trigger is a ${formal}`, trigger)
    }
  }
}

function mendTypes(scope: JsonObject, changes: Changes): void {
  const declared = isObject(scope['prefix']) ? scope['prefix'] : {}
  for (const kind of ['entity', 'activity', 'agent']) {
    for (const { record } of records(scope, kind)) {
      const types = record['prov:type']
      if (types === undefined) continue
      const mended = (Array.isArray(types) ? types : [types]).map((one): Json => {
        const prefix = typeof one === 'string' ? /^([\w.-]+):[\w.-]+$/.exec(one)?.[1] : undefined
        if (typeof one !== 'string' || prefix === undefined || !(prefix in declared || prefix === 'prov'))
          return one
        changes.note('a type that was text is a name', one)
        return { $: one, type: 'prov:QUALIFIED_NAME' }
      })
      record['prov:type'] = mended.length === 1 ? mended[0]! : mended
    }
  }
}

/** Roles and times of entities belong to the statement by which they were made or used. */
function mendEntities(scope: JsonObject, changes: Changes): void {
  const statements = [...records(scope, 'wasGeneratedBy'), ...records(scope, 'used')]
  for (const { name, record } of records(scope, 'entity')) {
    const own = statements.filter((one) => one.record['prov:entity'] === name)
    const [only] = own
    for (const [written, formal] of [
      ['prov:role', 'prov:role'],
      ['prov:generatedAtTime', 'prov:time'],
    ] as const) {
      const value = record[written]
      const moved = formal === 'prov:time' ? timeOf(value) : value
      if (value === undefined || moved === undefined || own.length !== 1 || only === undefined) continue
      if (formal in only.record) continue
      only.record[formal] = moved
      delete record[written]
      changes.note(`${written} of an entity is that of its generation or usage`, name)
    }
  }
}
