import { iriOf, type QName } from '../model/qname.ts'
import type { Value } from '../model/value.ts'
import { XSD } from '../model/vocabulary.ts'

/** How a name is written, e.g. `ex:a`. */
export type WriteName = (name: QName) => string

const INTEGER = /^(?:0|-?[1-9]\d{0,9})$/
const FRACTION = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * A value in PROV-JSON (2.2 of the submission). A number or boolean is written bare where reading it back gives the same
 * datatype and lexical form and any JSON reader can hold it; every other literal is `{"$": ..., "type": ...}`.
 */
export function renderValue(value: Value, write: WriteName): string {
  if (value.type === 'name') {
    return `{"$":${JSON.stringify(write(value.name))},"type":"prov:QUALIFIED_NAME"}`
  }
  if (value.type === 'text') {
    const content = JSON.stringify(value.text)
    return value.lang === undefined ? content : `{"$":${content},"lang":${JSON.stringify(value.lang)}}`
  }
  if (isBare(value.lexical, iriOf(value.datatype))) return value.lexical
  return `{"$":${JSON.stringify(value.lexical)},"type":${JSON.stringify(write(value.datatype))}}`
}

function isBare(lexical: string, datatype: string): boolean {
  switch (datatype) {
    case `${XSD}int`:
      return INTEGER.test(lexical) && Math.abs(Number(lexical)) < 2 ** 31
    case `${XSD}double`:
      return FRACTION.test(lexical) && /[.eE]/.test(lexical) && Number.isFinite(Number(lexical))
    case `${XSD}boolean`:
      return lexical === 'true' || lexical === 'false'
    default:
      return false
  }
}
