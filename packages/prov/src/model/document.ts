import type { Namespaces } from './namespaces.ts'
import type { QName } from './qname.ts'
import type { ProvRecord } from './record.ts'

/** Statements with the namespaces that they are written under: a document's own, or a bundle's. */
export interface Statements {
  readonly namespaces: Namespaces
  readonly records: readonly ProvRecord[]
}

/** A named set of statements (PROV-DM 5.4). */
export interface ProvBundle extends Statements {
  readonly id: QName
}

/** A PROV document. Immutable; see `DocumentBuilder`. */
export interface ProvDocument extends Statements {
  readonly bundles: readonly ProvBundle[]
}
