import { excerpt } from '../model/error.ts'
import { FORMALS, type Formal } from '../model/formals.ts'
import type { QName } from '../model/qname.ts'
import { isElementKind, type Attribute, type ProvRecord } from '../model/record.ts'
import { statement } from '../model/statements.ts'
import { isDateTime } from '../model/time.ts'
import { name } from '../model/value.ts'
import { PROV, prov } from '../model/vocabulary.ts'
import { elementName, nameAt } from './name.ts'
import { attributeOf, type XmlElement, type XmlSource } from './tree.ts'
import { readValue } from './value-reader.ts'
import type { XmlForm } from './vocabulary.ts'

/** Reads one statement; a membership of several entities is several records. */
export function readRecord(source: XmlSource, element: XmlElement, form: XmlForm): ProvRecord[] {
  const { kind, type } = form
  const args: Record<string, QName> = {}
  const times: Record<string, string> = {}
  const attributes: Attribute[] = type === undefined ? [] : [[prov('type'), name(prov(type))]]
  const members: QName[] = []
  for (const child of element.children) {
    const formal = formalOf(form, child)
    if (formal === undefined) attributes.push([elementName(source, child), readValue(source, child)])
    else if (kind === 'hadMember' && formal.name === 'entity') members.push(readReference(source, child))
    else if (formal.name in args || formal.name in times) {
      throw source.refused('duplicate', child, `${formal.key} once`)
    } else if (formal.target === 'time') times[formal.name] = readTime(source, child)
    else args[formal.name] = readReference(source, child)
  }
  const id = readId(source, element, form)
  if (members.length === 0) return [statement(kind, { id, args, times, attributes })]
  return members.map((entity) => statement(kind, { id, args: { ...args, entity }, times, attributes }))
}

function formalOf({ kind }: XmlForm, child: XmlElement): Formal | undefined {
  if (child.namespace !== PROV) return undefined
  return FORMALS[kind].formals.find((formal) => formal.name === child.local)
}

function readId(source: XmlSource, element: XmlElement, { kind }: XmlForm): QName | null {
  const written = attributeOf(element, PROV, 'id') ?? attributeOf(element, '', 'id')
  if (written !== undefined) return nameAt(source, element, written)
  if (isElementKind(kind)) throw source.refused('shape', element, `prov:id of an ${kind}`, 'none')
  return null
}

function readReference(source: XmlSource, child: XmlElement): QName {
  const written = attributeOf(child, PROV, 'ref') ?? attributeOf(child, '', 'ref')
  if (written !== undefined) return nameAt(source, child, written)
  throw source.refused('shape', child, `prov:ref of prov:${child.local}`, 'none')
}

function readTime(source: XmlSource, child: XmlElement): string {
  const time = child.text.trim()
  if (isDateTime(time)) return time
  throw source.refused('bad-literal', child, 'an xsd:dateTime', excerpt(time))
}
