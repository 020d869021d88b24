import {
  DocumentBuilder,
  qname,
  validate,
  type ConstraintId,
  type QName,
  type Violation,
} from '@provloom/prov'

/** A name of the examples. */
export function ex(local: string): QName {
  return qname('ex', 'http://example.org/', local)
}

export type Build = (document: DocumentBuilder) => unknown

export function violationsOf(build: Build): readonly Violation[] {
  const document = new DocumentBuilder()
  build(document)
  return validate(document.build())
}

/** The constraints that a document breaks, ascending; none when it is valid. */
export function brokenBy(build: Build): readonly ConstraintId[] {
  return violationsOf(build)
    .map(({ constraint }) => constraint)
    .sort((a, b) => String(a).localeCompare(String(b)))
}

export const T1 = '2026-01-05T09:00:00Z'
export const T2 = '2026-01-05T10:00:00Z'
