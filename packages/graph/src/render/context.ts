import type { QName } from '@provloom/prov'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { ownerName } from './names.ts'
import { times } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, informed } from './view.ts'

/** A context of a rank: a part of the context around it, or of its rank. */
export function contextRecords(view: View, key: string): Keyed[] {
  const context = view.state.contexts.get(key)
  if (context === undefined) return []
  const span = view.kept.ofContext(key, context)
  const me = view.space.run(context.id)
  const whole = ownerName(view, context.parent ?? context.rankKey)
  const facts = new Facts()
    .label(context.name)
    .type(...contextTypes(context.name))
    .int('firstStep', span.steps?.firstStep)
    .int('lastStep', span.steps?.lastStep)
    .link('dcterms', 'isPartOf', whole)
  if (span.stepped) facts.flag('clockStepped', true)
  return [activity(me, times(span), facts.list), informed(me, whole)]
}

/** A context, and the phase of learning that it is by its name. */
export function contextTypes(name: string): QName[] {
  const context = term('provloom', 'Context')
  switch (name.toUpperCase()) {
    case 'TRAINING':
      return [context, term('provloom', 'Training')]
    case 'VALIDATION':
      return [context, term('provloom', 'Validation')]
    case 'TESTING':
      return [context, term('provloom', 'Testing')]
    case 'EVALUATION':
      return [context, term('provloom', 'Evaluation')]
    default:
      return [context]
  }
}
