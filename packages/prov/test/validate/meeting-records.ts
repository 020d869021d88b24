import * as fc from 'fast-check'
import { FORMALS, isElementKind, name, prov, RECORD_KINDS, type ProvRecord, type QName } from '@provloom/prov'
import { ex } from './example.ts'

const of = (...locals: readonly string[]): fc.Arbitrary<QName> => fc.constantFrom(...locals.map(ex))
/** Mostly names that fit; sometimes one that does not. */
const entities = fc.oneof(
  { weight: 60, arbitrary: of('e1', 'e2', 'e3', 'e4') },
  { weight: 1, arbitrary: of('a1', 'x1') },
)
const activities = fc.oneof(
  { weight: 60, arbitrary: of('a1', 'a2') },
  { weight: 1, arbitrary: of('e1', 'x1') },
)
const agents = of('ag', 'e1', 'a1')
const ids = of('x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8')
const times = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')
const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const TARGETS = {
  entity: entities,
  collection: entities,
  bundle: entities,
  any: entities,
  activity: activities,
  agent: agents,
  generation: ids,
  usage: ids,
} as const

function recordOf(kind: ProvRecord['kind']): fc.Arbitrary<ProvRecord> {
  const args: Record<string, fc.Arbitrary<QName | undefined>> = {}
  const at: Record<string, fc.Arbitrary<string | undefined>> = {}
  for (const { name: position, target, mandatory } of FORMALS[kind].formals) {
    if (target === 'time') at[position] = seldom(times)
    else args[position] = mandatory ? TARGETS[target] : sometimes(TARGETS[target])
  }
  const { identified } = FORMALS[kind]
  const id: fc.Arbitrary<QName | null> = isElementKind(kind)
    ? { entity: entities, activity: activities, agent: agents }[kind]
    : identified
      ? seldom(ids).map((chosen) => chosen ?? null)
      : fc.constant(null)
  const attributes =
    kind === 'entity'
      ? seldom(fc.constant([[prov('type'), name(prov('EmptyCollection'))] as const]))
      : fc.constant([])
  return fc
    .record({ id, args: fc.record(args), times: fc.record(at), attributes })
    .map((parts) => ({ kind, ...parts, attributes: parts.attributes ?? [] }))
}

/** The kinds that uniqueness and order are about come more often, and two of a kind of event often meet. */
const often: ReadonlySet<string> = new Set([
  'entity',
  'activity',
  'wasGeneratedBy',
  'wasStartedBy',
  'wasEndedBy',
  'wasInvalidatedBy',
  'wasDerivedFrom',
])
const record = fc.oneof(
  ...RECORD_KINDS.map((kind) => ({ weight: often.has(kind) ? 4 : 1, arbitrary: recordOf(kind) })),
)
/** A handful of records about so few things that they often meet, and contradict each other now and then. */
export const records: fc.Arbitrary<ProvRecord[]> = fc.array(record, {
  minLength: 1,
  maxLength: 12,
  size: 'max',
})
