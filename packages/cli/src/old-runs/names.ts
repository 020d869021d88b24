import type { OldDocument } from './document.ts'
import { textIn, typesIn } from './fields.ts'
import type { Fields } from './fields.ts'

/** What only the run itself says. */
const saying = ['experiment_name', 'artifact_uri', 'provenance_path', 'experiment_dir']

/** What is said of the run itself: by its activity, in version 1 by entities. */
export function rootFields(document: OldDocument, root: string): Fields {
  const entities = document.entities.filter(
    ({ fields }) => fields.has('provenance_path') || fields.has('experiment_name'),
  )
  return new Map([
    ...entities.flatMap(({ fields }) => [...fields]),
    ...(document.activities.get(root) ?? new Map<string, unknown>()),
  ])
}

/** The activity that is the run itself: the one that says where it was saved, else one that nothing informs. */
export function rootOf({ activities, informedBy }: OldDocument): string {
  const execution = [...activities].find(([, fields]) => typesIn(fields).includes('LearningExecution'))
  if (execution !== undefined) return execution[0]
  const says = [...activities].find(([, fields]) => saying.some((one) => fields.has(one)))
  const first = [...activities.keys()].find((name) => !informedBy.has(name))
  return says?.[0] ?? first ?? [...activities.keys()][0] ?? ''
}

const own = new Set(['training', 'validation', 'testing', 'evaluation', 'datasets', 'models'])

/** Where something belongs: no context is the run itself. */
export interface OldContext {
  readonly context?: string
  readonly source?: string
}

/** `context:Context.TRAINING`, `sk//training` and `training` name one context, the second with a source. */
export function contextOf(activity: string | undefined, root: string): OldContext {
  if (activity === undefined || activity === root || activity === 'None') return {}
  const parts = activity.replace(/^context:/, '').split('//')
  const name = (parts.pop() ?? '').replace(/^Context\./, '')
  const source = parts.length === 0 ? {} : { source: parts.join('//') }
  if (name === '' || name === root || `context:${name}` === root) return source
  return { context: own.has(name.toLowerCase()) ? name.toLowerCase() : name, ...source }
}

/** What a person calls an entity: its label, else its name without prefix, source and context. */
export function labelOf(name: string, fields: Fields): string {
  const bare = name.replace(/^[\w-]+:(?!\/)/, '')
  const parts = bare.split('//')
  const inner = parts.length > 2 ? parts[1] : parts[0]
  return textIn(fields, 'label', 'name') ?? inner?.replace(/_Context\.\w+$/, '') ?? bare
}

/** Microseconds since the epoch of a time that a document has: a date and time, in the zone that it says, or seconds. */
export function instantOf(text: string | undefined, offsetMinutes: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const value = Number(text)
    return Math.round(value * (value < 1e11 ? 1e6 : 1e3))
  }
  const found = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?$/.exec(text)
  if (found === null) return undefined
  const [, date, clock, fraction = '', zone] = found
  const ms = Date.parse(`${date}T${clock}${zone ?? 'Z'}`)
  if (Number.isNaN(ms)) return undefined
  return ms * 1000 + Number(fraction.padEnd(6, '0')) - (zone === undefined ? offsetMinutes * 60_000_000 : 0)
}

/** Minutes of `UTC+0200`; 0 where none is said. */
export function zoneOf(text: string | undefined): number {
  const found = /([+-])(\d\d):?(\d\d)$/.exec(text ?? '')
  if (found === null) return 0
  const [, sign, hours, minutes] = found
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
