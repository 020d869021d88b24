import type { Statements } from '../model/document.ts'
import type { QName } from '../model/qname.ts'
import { isElementKind, type ProvRecord } from '../model/record.ts'
import { elementRow, positionsOf, relationRows, type ElementRow, type Row } from './row.ts'
import { Terms } from './terms.ts'
import { violation, type Violation } from './violation.ts'
import { inWords, NOUNS } from './wording.ts'

/** What is validated as a whole: the statements of a document outside its bundles, or those of one bundle. */
export interface Instance {
  readonly bundle: QName | null
  readonly terms: Terms
  readonly elements: readonly ElementRow[]
  readonly rows: readonly Row[]
}

/** Takes what a check finds. */
export type Report = (found: Violation) => void

/**
 * Reads statements into terms and rows. A record without a position that PROV-DM demands is reported and left out,
 * as nothing can be concluded from it.
 */
export function readInstance(statements: Statements, bundle: QName | null, report: Report): Instance {
  const terms = new Terms()
  const elements: ElementRow[] = []
  const rows: Row[] = []
  for (const record of statements.records) {
    const { kind, id } = record
    if (isElementKind(kind)) {
      if (id !== null) elements.push(elementRow(record, kind, id, terms))
      else report(missing(record, 'identifier', bundle))
      continue
    }
    const absent = positionsOf(kind).find(
      ({ name, mandatory }) => mandatory && record.args[name] === undefined,
    )
    if (absent === undefined) rows.push(...relationRows(record, kind, terms))
    else report(missing(record, inWords(absent.name), bundle))
  }
  return { bundle, terms, elements, rows }
}

function missing(record: ProvRecord, what: string, bundle: QName | null): Violation {
  const why = `Every ${NOUNS[record.kind]} names its ${what}; this one does not.`
  return violation('PROV-DM', [], bundle, [record], why)
}
