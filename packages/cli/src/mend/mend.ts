import { createHash } from 'node:crypto'
import { ProvloomError, reasonOf } from '@provloom/shared'
import { mendNamespaces, mendPrefixes } from './namespaces.ts'
import { mendStatements } from './statements.ts'
import { Changes, isObject } from './tree.ts'
import type { Json } from './tree.ts'

export interface Mended {
  /** PROV-JSON. */
  readonly bytes: Buffer
  /** What was changed, one line each. */
  readonly changes: readonly string[]
}

/**
 * Mends a document of PROV-JSON that means more than it says.
 *
 * @param base of names that are no IRIs; made of the document's own bytes where none is given
 * @param all not the namespaces alone
 * @throws {ProvloomError} `FILE_UNREADABLE`, naming the file
 */
export function mend(bytes: Buffer, file: string, base: string | undefined, all: boolean): Mended {
  const changes = new Changes()
  let document: Json
  try {
    document = parsed(bytes.toString('utf8'), all ? changes : undefined)
  } catch (error) {
    throw new ProvloomError('FILE_UNREADABLE', `Could not read ${file}: ${reasonOf(error)}`, {
      doing: 'mend a document',
      to: file,
      hint: 'Is it the whole of a document in PROV-JSON?',
    })
  }
  if (!isObject(document)) return { bytes, changes: [] }
  const under = base ?? ownBase(bytes)
  mendNamespaces(document, under, changes)
  if (all) {
    mendPrefixes(document, under, changes)
    mendStatements(document, changes)
    // What was mended may have a name of its own.
    mendPrefixes(document, under, changes)
  }
  return { bytes: Buffer.from(`${JSON.stringify(document, null, 2)}\n`), changes: changes.lines }
}

/** Of the same bytes the same, and of no others. */
function ownBase(bytes: Buffer): string {
  const digits = createHash('sha256').update(bytes).digest('hex')
  const [a, b, c, d, e] = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(13, 16),
    digits.slice(17, 20),
    digits.slice(20, 32),
  ]
  return `urn:uuid:${a}-${b}-8${c}-a${d}-${e}#`
}

/** Python writes NaN and Infinity, which JSON has no words for. */
function parsed(text: string, changes: Changes | undefined): Json {
  const words = { NaN: 'NaN', Infinity: 'INF', '-Infinity': '-INF' }
  const whole =
    changes === undefined
      ? text
      : text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) => {
          if (found.startsWith('"')) return found
          changes.note('a number that JSON has no word for is an xsd:double', found)
          return `{"$": "${words[found === 'NaN' ? 'NaN' : found === 'Infinity' ? 'Infinity' : '-Infinity']}", "type": "xsd:double"}`
        })
  const value: Json = JSON.parse(whole)
  return value
}
