import { isCount, machineId } from '../ids.ts'
import { eventBytesMax, nameLengthMax } from '../limits.ts'
import { nameWithin, wellFormed } from '../text.ts'
import type { Event } from './event.ts'
import { eventFields } from './fields.ts'

export type EventLook =
  | { readonly kind: 'event'; readonly event: Event }
  /** Of a newer writer: stored and counted, kept out of the graph. */
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'bad'; readonly reason: string }

/** Encodes an event as its record. The caller has made it of the right shape: the compiler saw it. */
export function encodeEvent(event: Event): Buffer {
  return Buffer.from(JSON.stringify(event), 'utf8')
}

/**
 * Reads a record that should be an event: the border where foreign bytes become typed.
 *
 * @returns the event, or in words what is wrong with it; never throws
 */
export function decodeEvent(payload: Uint8Array): EventLook {
  if (payload.length > eventBytesMax)
    return bad(`an event of ${payload.length} bytes, more than ${eventBytesMax}`)
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return bad('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad('not a JSON object')
  return checkEvent(value, halves.test(text))
}

/** Only the fields of the table go on: what nobody declared does not reach journal readers or the graph. */
function checkEvent(value: object, mayHaveHalves: boolean): EventLook {
  const type = fieldOf(value, 'type')
  if (typeof type !== 'string') return bad('no type')
  const rulesOfType = rules.get(type)
  if (rulesOfType === undefined) return { kind: 'unknown', type: nameWithin(type) }
  const time = fieldOf(value, 'time')
  if (!isCount(time)) return bad(`${type}: time is not an integer number of microseconds`)
  const event: Record<string, unknown> = { type, time }
  for (const { name, rule, optional } of rulesOfType) {
    const field = fieldOf(value, name)
    if (field === undefined || (optional && field === null)) {
      if (!optional) return bad(`${type}: ${name} is missing`)
      continue
    }
    if (!obeys(field, rule)) return bad(`${type}: ${name} is not ${ruleInWords(rule)}`)
    const found = mayHaveHalves ? whole(field, rule) : field
    event[name] = rule === 'machine' && typeof found === 'string' ? machineId(found) : found
  }
  // Every field has just been checked against the table of this type.
  return { kind: 'event', event: event as unknown as Event }
}

/** Only so can half of a surrogate pair stand in UTF-8. */
const halves = /\\u[dD][89a-fA-F]/

/** Nothing behind the border has half of a surrogate pair: two names that differ in one alone would become the same. */
function whole(field: unknown, rule: string): unknown {
  if (typeof field === 'string')
    return rule === 'name' || rule === 'machine' ? nameWithin(field) : wellFormed(field)
  if (Array.isArray(field)) return field.map((one: unknown) => whole(one, 'text'))
  if (!isRecord(field)) return field
  return Object.fromEntries(
    Object.entries(field).map(([name, one]) => [nameWithin(name), whole(one, 'text')]),
  )
}

interface FieldRule {
  readonly name: string
  readonly rule: string
  readonly optional: boolean
}

const rules: ReadonlyMap<string, readonly FieldRule[]> = new Map(
  Object.entries(eventFields).map(([type, fields]) => [type, Object.entries(fields).map(ruleOf)]),
)

function ruleOf([name, told]: [string, string]): FieldRule {
  const optional = told.endsWith('?')
  return { name, rule: optional ? told.slice(0, -1) : told, optional }
}

function fieldOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function obeys(field: unknown, rule: string): boolean {
  switch (rule) {
    case 'name':
    case 'machine':
      return typeof field === 'string' && field.length > 0 && field.length <= nameLengthMax
    case 'text':
      return typeof field === 'string'
    case 'count':
      return isCount(field)
    case 'int':
      return Number.isSafeInteger(field)
    case 'number':
      return typeof field === 'number' && Number.isFinite(field)
    case 'flag':
      return typeof field === 'boolean'
    case 'texts':
      return Array.isArray(field) && field.every((one) => typeof one === 'string')
    case 'map':
      return isRecord(field) && Object.values(field).every((one) => typeof one === 'string')
    case 'gpus':
      return Array.isArray(field) && field.every(isGpu)
    default:
      return typeof field === 'string' && rule.split('|').includes(field)
  }
}

function isGpu(value: unknown): boolean {
  if (!isRecord(value) || typeof value['name'] !== 'string') return false
  const { uuid, driver, memoryBytes } = value
  const texts = [uuid, driver].every((one) => one === undefined || typeof one === 'string')
  return texts && (memoryBytes === undefined || isCount(memoryBytes))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function ruleInWords(rule: string): string {
  if (rule === 'name' || rule === 'machine') return `text of 1 to ${nameLengthMax} characters`
  return rule.includes('|') ? `one of ${rule.split('|').join(', ')}` : `a ${rule}`
}

function bad(reason: string): EventLook {
  return { kind: 'bad', reason }
}
