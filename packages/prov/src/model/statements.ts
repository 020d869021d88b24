import { excerpt, ProvError } from './error.ts'
import { FORMALS } from './formals.ts'
import { labelOf, type QName } from './qname.ts'
import { isElementKind, type Attributes, type ProvRecord, type RecordKind } from './record.ts'
import { isDateTime } from './time.ts'

export interface StatementParts {
  readonly id?: QName | null
  readonly args?: Readonly<Record<string, QName | null | undefined>>
  readonly times?: Readonly<Record<string, string | null | undefined>>
  readonly attributes?: Attributes
}

/**
 * Makes a record, with its formal positions in the order of `FORMALS`.
 * Throws ProvError `bad-record` for an element without identifier, an unknown position, or a time that is no xsd:dateTime.
 */
export function statement(kind: RecordKind, parts: StatementParts = {}): ProvRecord {
  const { id = null, args = {}, times = {}, attributes = [] } = parts
  if (id === null && isElementKind(kind)) throw refused(kind, 'an identifier', 'none')
  const known = FORMALS[kind].formals
  const ownArgs: Record<string, QName> = {}
  const ownTimes: Record<string, string> = {}
  for (const { name, target } of known) {
    const written = target === 'time' ? times[name] : args[name]
    if (written === undefined || written === null) continue
    if (typeof written === 'string') {
      if (!isDateTime(written)) throw refused(kind, `an xsd:dateTime as ${name}`, excerpt(written))
      ownTimes[name] = written
    } else ownArgs[name] = written
  }
  for (const position of [...Object.keys(args), ...Object.keys(times)]) {
    if (!known.some((formal) => formal.name === position)) {
      throw refused(kind, known.map((formal) => formal.name).join(', ') || 'no position', position)
    }
  }
  return { kind, id, args: ownArgs, times: ownTimes, attributes }
}

function refused(kind: RecordKind, expected: string, found: string): ProvError {
  return new ProvError({ code: 'bad-record', where: { path: kind }, expected, found })
}

/** A record for people, close to PROV-N without attributes: `used(ex:u; ex:a, ex:e, -)`. */
export function describeRecord(record: ProvRecord): string {
  const positions = FORMALS[record.kind].formals.map(({ name, target }) => {
    if (target === 'time') return record.times[name] ?? '-'
    const arg = record.args[name]
    return arg === undefined ? '-' : labelOf(arg)
  })
  if (isElementKind(record.kind)) return `${record.kind}(${record.id === null ? '-' : labelOf(record.id)})`
  const id = record.id === null ? '' : `${labelOf(record.id)}; `
  return `${record.kind}(${id}${positions.join(', ')})`
}
