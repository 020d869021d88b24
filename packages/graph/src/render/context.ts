import type { QName } from '@provloom/prov'
import { instant } from '../instant.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { makerName } from './names.ts'
import { contextSpan } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, relation } from './view.ts'

/** A context of a rank: an activity, informed by the context around it or by its rank. */
export function contextRecords(view: View, key: string): Keyed[] {
  const context = view.state.contexts.get(key)
  if (context === undefined) return []
  const me = view.space.run(context.id)
  const { start, end, toldEnd, steps } = contextSpan(view, key, context)
  const facts = new Facts()
    .label(context.name)
    .type(term('provloom', 'Context'), ...kinds(context.name))
    .int('firstStep', steps?.firstStep)
    .int('lastStep', steps?.lastStep)
    .time('toldEndTime', toldEnd)
  const times = {
    startTime: start === undefined ? undefined : instant(start),
    endTime: end === undefined ? undefined : instant(end),
  }
  return [
    activity(me, times, facts.list),
    relation('wasInformedBy', { informed: me, informant: makerName(view, context.rankKey, context.parent) }),
  ]
}

/** The phases of learning that ProvML has words for, by the name of the context. */
function kinds(name: string): QName[] {
  switch (name.toUpperCase()) {
    case 'TRAINING':
      return [term('provloom', 'Training')]
    case 'VALIDATION':
      return [term('provloom', 'Validation')]
    case 'TESTING':
      return [term('provloom', 'Testing')]
    case 'EVALUATION':
      return [term('provloom', 'Evaluation')]
    default:
      return []
  }
}
