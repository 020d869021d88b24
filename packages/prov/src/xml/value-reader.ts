import { iriOf } from '../model/qname.ts'
import { name, text, typed, type Value } from '../model/value.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { nameAt } from './name.ts'
import { attributeOf, type XmlElement, type XmlSource } from './tree.ts'
import { XML, XSI } from './vocabulary.ts'

/** Reads the content of an attribute's element, typed by `xsi:type` or tagged by `xml:lang` (PROV-XML 2.3, 3.6). */
export function readValue(source: XmlSource, element: XmlElement): Value {
  const [nested] = element.children
  if (nested !== undefined) throw source.refused('bad-literal', nested, 'text without elements in it')
  const lang = attributeOf(element, XML, 'lang')
  const type = attributeOf(element, XSI, 'type')
  if (type === undefined) return text(element.text, lang)
  const datatype = nameAt(source, element, type)
  switch (iriOf(datatype)) {
    case `${XSD}QName`:
    case `${PROV}QUALIFIED_NAME`:
      return name(nameAt(source, element, element.text))
    case `${XSD}string`:
    case `${PROV}InternationalizedString`:
      return text(element.text, lang)
    default:
      // Schema validators collapse the blanks around every other type that they know.
      return typed(datatype.namespace === XSD ? element.text.trim() : element.text, datatype)
  }
}
