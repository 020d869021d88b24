import type { ProvDocument, Statements } from '../model/document.ts'
import type { QName } from '../model/qname.ts'
import { refuseCycles } from './cycles.ts'
import { refuseOverlaps, refuseUnspecifiedDerivations } from './impossible.ts'
import { readInstance, type Report } from './instance.ts'
import { orderOf } from './ordering.ts'
import { refuseReflexiveSpecialization, specializationsOf } from './specialization.ts'
import { refuseEntityActivities, refuseFullEmptyCollections } from './typing.ts'
import { enforceUniqueness } from './uniqueness.ts'
import type { Violation } from './violation.ts'

/**
 * Validates a document by PROV-CONSTRAINTS (W3C Recommendation, 30 April 2013): its own statements and those of each
 * bundle, each for itself (section 7.2). Returns what is wrong, the document's own first; an empty list means valid.
 *
 * Time and memory are close to linear in the records: pairs and closures are never built. Inferences 5 and 15 are part
 * of the constraints that they serve (35, 23), 19 and 21 are paths, and what 6, 12, 16 to 18 and 20 conclude
 * breaks no constraint that their premises do not break.
 */
export function validate(document: ProvDocument): Violation[] {
  const found: Violation[] = []
  const report: Report = (violation) => void found.push(violation)
  validateInstance(document, null, report)
  for (const bundle of document.bundles) validateInstance(bundle, bundle.id, report)
  return found
}

function validateInstance(statements: Statements, bundle: QName | null, report: Report): void {
  const instance = readInstance(statements, bundle, report)
  // Everything after this looks at terms by what they have been found to equal.
  enforceUniqueness(instance, report)
  const specializations = specializationsOf(instance)
  const { events, order } = orderOf(instance, specializations)
  refuseCycles(instance, events, order, report)
  refuseEntityActivities(instance, report)
  refuseFullEmptyCollections(instance, specializations, report)
  refuseUnspecifiedDerivations(instance, report)
  refuseReflexiveSpecialization(instance, specializations, report)
  refuseOverlaps(instance, specializations, report)
}
