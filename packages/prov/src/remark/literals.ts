import { excerpt } from '../model/error.ts'
import { labelOf } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import type { Value } from '../model/value.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { lexicalForms, roundedBy } from './lexical.ts'
import type { Remarks } from './remark.ts'

const PROV_DATATYPES: ReadonlySet<string> = new Set(['QUALIFIED_NAME', 'InternationalizedString'])
/** BCP 47, its general shape. */
const LANGUAGE = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/

/** What is odd about a literal: its datatype, its form, its language. */
export function remarkOnLiteral(record: ProvRecord, value: Value, found: Remarks): void {
  if (value.type === 'text') {
    const { lang } = value
    if (lang === undefined || LANGUAGE.test(lang)) return
    found.note('no-such-language', lang, record, () => {
      return `${excerpt(lang)} is no language tag such as en or fr-CH (BCP 47).`
    })
    return
  }
  if (value.type === 'name') return
  const { namespace, local } = value.datatype
  if (namespace !== XSD) {
    if (namespace === PROV && !PROV_DATATYPES.has(local)) unknown(record, value.datatype.local, 'prov', found)
    return
  }
  const isForm = lexicalForms.get(local)
  if (isForm === undefined) {
    if (!lexicalForms.has(local)) unknown(record, local, 'xsd', found)
  } else if (!isForm(value.lexical)) {
    const written = labelOf(value.datatype)
    found.note('no-such-literal', written, record, () => {
      return `${excerpt(value.lexical)} is no ${written}: a reader refuses it, or takes it for text.`
    })
  } else remarkOnRange(record, value.lexical, local, found)
}

/** XML Schema 1.1 part 2, 3.3.4 and 3.3.5: what is beyond the greatest number is rounded to infinity, what is too near to 0 to 0. */
function remarkOnRange(record: ProvRecord, lexical: string, local: string, found: Remarks): void {
  const number = roundedBy.get(local)?.(lexical)
  if (number === undefined || Number.isNaN(number)) return
  const isLost = number === 0 ? /[1-9]/.test(lexical.replace(/e.*$/i, '')) : !Number.isFinite(number)
  // INF has no finite spelling.
  if (!isLost || !/\d/.test(lexical)) return
  found.note('literal-out-of-range', `xsd:${local}`, record, () => {
    const read = number === 0 ? '0' : number < 0 ? '-INF' : 'INF'
    return `${excerpt(lexical)} is no number that an xsd:${local} can be: a reader has ${read}.`
  })
}

function unknown(record: ProvRecord, local: string, prefix: 'prov' | 'xsd', found: Remarks): void {
  const near = Array.from(lexicalForms.keys()).find((known) => known.toLowerCase() === local.toLowerCase())
  const whose = prefix === 'xsd' ? 'XML Schema' : 'PROV'
  found.note('unknown-datatype', `${prefix}:${local}`, record, () => {
    const hint = near === undefined || prefix === 'prov' ? '' : `; did you mean xsd:${near}?`
    return `${whose} has no datatype ${local}, so a reader makes nothing of its literals${hint}.`.replace(
      '?.',
      '?',
    )
  })
}
