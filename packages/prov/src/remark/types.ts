import { labelOf } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import type { Value } from '../model/value.ts'
import { PROV } from '../model/vocabulary.ts'
import { listed, NOUNS, plural, withArticle } from '../validate/wording.ts'
import type { Remarks } from './remark.ts'
import { CLASSES, classMeantBy } from './vocabulary.ts'

/** What is odd about the value of a prov:type: words for a class, a class that PROV lacks, or one of other things. */
export function remarkOnType(
  record: ProvRecord,
  value: Value,
  prefixes: ReadonlyMap<string, string>,
  found: Remarks,
): void {
  if (value.type === 'name') {
    if (value.name.namespace === PROV) remarkOnClass(record, value.name.local, found)
    return
  }
  const words = value.type === 'text' ? value.text : value.lexical
  const meant = nameMeant(words, prefixes)
  if (meant === null) return
  found.note('type-as-text', words, record, () => {
    const how = `{"$": ${JSON.stringify(meant)}, "type": "prov:QUALIFIED_NAME"} in PROV-JSON`
    return `The prov:type is the text ${JSON.stringify(words)}, which is not the name ${meant}: no reader takes it for that class. Write it as a name, ${how}.`
  })
}

/** The name that a text spells: of a class of PROV, or under a declared prefix; null when it spells none. */
function nameMeant(words: string, prefixes: ReadonlyMap<string, string>): string | null {
  const local = words.startsWith(PROV) ? words.slice(PROV.length) : words.replace(/^prov:/, '')
  if (CLASSES.has(local)) return spoken(local) || local !== words ? `prov:${local}` : null
  if (local !== words) return `prov:${local}`
  const colon = words.indexOf(':')
  const prefixed = colon > 0 && /^[^\s:/][^\s:]*$/.test(words.slice(colon + 1))
  return prefixed && prefixes.has(words.slice(0, colon)) ? words : null
}

/** Whether a class without prefix is likely meant: "Person" is, "Start" and "Role" may be words of one's own. */
function spoken(local: string): boolean {
  return CLASSES.get(local) !== null
}

function remarkOnClass(record: ProvRecord, local: string, found: Remarks): void {
  const written = `prov:${local}`
  const kinds = CLASSES.get(local)
  if (kinds === undefined) {
    found.note('unknown-term', written, record, () => {
      const meant = classMeantBy(local)
      const hint =
        meant === undefined
          ? 'use a namespace of your own'
          : `did you mean prov:${meant}? Case tells names apart`
      return `PROV has no class ${written}, and its namespace is W3C's: ${hint}.`
    })
    return
  }
  if (kinds === null || kinds.has(record.kind)) return
  const why = (): string => {
    const owners = listed(Array.from(kinds, (owner) => plural(NOUNS[owner])))
    const what = record.id === null ? '' : ` ${labelOf(record.id)}`
    return `${written} is a class of ${owners}, and here ${withArticle(NOUNS[record.kind])}${what} has it.`
  }
  found.note('type-out-of-place', written, record, why, `${local} ${record.kind}`)
}
