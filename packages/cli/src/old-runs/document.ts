import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, fieldsOf, reasonOf } from '@provloom/shared'
import { recordsOf } from './fields.ts'
import type { Fields } from './fields.ts'

/** A document of yProv4ML, as far as an import needs it: records by name, and which activity they belong to. */
export interface OldDocument {
  readonly file: string
  readonly activities: ReadonlyMap<string, Fields>
  /** A name may have several records: two contexts' metrics of one key. */
  readonly entities: readonly { readonly name: string; readonly fields: Fields }[]
  /** Activities by which an entity was generated, and by which it was used. */
  readonly generatedBy: ReadonlyMap<string, readonly string[]>
  readonly usedBy: ReadonlyMap<string, readonly string[]>
  /** The activity that informed one: of a context the one around it. */
  readonly informedBy: ReadonlyMap<string, string>
  readonly agents: readonly string[]
}

const depthMax = 4
const marks = /yProv4ML|yprov|prov-ml|prov_ml|provml/i

/**
 * The documents that a file or folder holds: of a folder those below it that yProv4ML has written.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE`, naming the file
 */
export function documentsAt(place: string): OldDocument[] {
  let found: fs.Stats
  try {
    found = fs.statSync(place)
  } catch (error) {
    throw unreadable(place, reasonOf(error), 'Check the path.')
  }
  if (!found.isDirectory()) return [readOld(place)]
  const documents = filesBelow(place, depthMax).flatMap((file) => {
    const text = fs.readFileSync(file, 'utf8')
    return isOld(text) ? [parsed(file, text)] : []
  })
  if (documents.length > 0) return documents
  throw unreadable(
    place,
    'no document of yProv4ML lies in it',
    'Name the folder of a run, or its prov_*.json.',
  )
}

function readOld(file: string): OldDocument {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, reasonOf(error), 'Check the path.')
  }
  return parsed(file, text)
}

function isOld(text: string): boolean {
  return /"(?:entity|activity)"\s*:/.test(text) && marks.test(text.slice(0, 4096))
}

function filesBelow(folder: string, depth: number): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((one) => {
    const whole = path.join(folder, one.name)
    if (one.isDirectory()) {
      const isOurs =
        one.name.startsWith('.') || one.name.endsWith('.zarr') || /^(?:artifacts|metrics)_GR/.test(one.name)
      return depth === 0 || isOurs ? [] : filesBelow(whole, depth - 1)
    }
    return one.isFile() && one.name.endsWith('.json') ? [whole] : []
  })
}

function parsed(file: string, text: string): OldDocument {
  let document: ReadonlyMap<string, unknown>
  try {
    document = fieldsOf(JSON.parse(withoutNaN(text)))
  } catch (error) {
    throw unreadable(file, reasonOf(error), 'Is it the whole of a prov_*.json that yProv4ML wrote?')
  }
  const records = (kind: string): [string, Fields][] =>
    [...fieldsOf(document.get(kind))].flatMap(([name, one]) =>
      recordsOf(one).map((fields): [string, Fields] => [name, fields]),
    )
  const relation = (kind: string, from: string, to: string): ReadonlyMap<string, string[]> => {
    const found = new Map<string, string[]>()
    for (const [, fields] of records(kind)) {
      const [one, other] = [String(fields.get(from)), String(fields.get(to))]
      found.set(one, [...(found.get(one) ?? []), other])
    }
    return found
  }
  const activities = new Map(records('activity'))
  if (activities.size === 0)
    throw unreadable(file, 'it names no activity', 'Is it a prov_*.json that yProv4ML wrote?')
  const informed = relation('wasInformedBy', 'informed', 'informant')
  return {
    file,
    activities,
    entities: records('entity').map(([name, fields]) => ({ name, fields })),
    generatedBy: relation('wasGeneratedBy', 'entity', 'activity'),
    usedBy: relation('used', 'entity', 'activity'),
    informedBy: new Map(
      [...informed].flatMap(([one, [first]]) => (first === undefined ? [] : [[one, first]])),
    ),
    agents: [...fieldsOf(document.get('agent')).keys()],
  }
}

/** Python writes numbers that JSON has no words for; they stand outside of text. */
export function withoutNaN(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  )
}

function unreadable(file: string, reason: string, hint: string): ProvloomError {
  return new ProvloomError('FILE_UNREADABLE', `Could not read ${file}: ${reason}`, {
    doing: 'read an old run',
    to: file,
    hint,
  })
}
