import { linesOf } from '../sheet.ts'
import type { Lines } from '../sheet.ts'
import { artifactRecords, modelRecords } from './artifact.ts'
import { attemptRecords } from './attempt.ts'
import { contextRecords } from './context.ts'
import { finalRecords } from './final.ts'
import { groupContextRecords, groupRecords } from './group.ts'
import { hostRecords } from './host.ts'
import { bystanderRecords, rankRecords } from './rank.ts'
import { runRecords } from './run.ts'
import { seriesRecords } from './series.ts'
import { evaluationLines } from './series-line.ts'
import { setRecords } from './set.ts'
import { sharedRecords, sourceRecords } from './shared.ts'
import { partRecords } from './store.ts'
import { packageRecords, termRecords } from './term.ts'
import { groupUsesRecords, usesRecords } from './uses.ts'
import type { Thing, ThingKind } from '../thing.ts'
import type { Keyed, View } from './view.ts'

const renderers: Readonly<Record<ThingKind, (view: View, key: string) => Keyed[]>> = {
  run: runRecords,
  attempt: attemptRecords,
  host: hostRecords,
  group: groupRecords,
  groupContext: groupContextRecords,
  groupUses: groupUsesRecords,
  term: termRecords,
  shared: sharedRecords,
  set: setRecords,
  package: packageRecords,
  source: sourceRecords,
  model: modelRecords,
  rank: rankRecords,
  bystander: bystanderRecords,
  context: contextRecords,
  uses: usesRecords,
  series: seriesRecords,
  artifact: artifactRecords,
  final: finalRecords,
  part: partRecords,
}

/** The records of one thing. */
export function thingRecords(view: View, { kind, key }: Thing): Keyed[] {
  return renderers[kind](view, key)
}

/** The same as text, by section. Series are by far the most and have a writer of their own. */
export function thingLines(view: View, thing: Thing): readonly Lines[] {
  const lines = thing.kind === 'series' ? evaluationLines(view, thing.key) : undefined
  return lines ?? linesOf(thingRecords(view, thing))
}

/** All things of a run, none before it is opened. */
export function* thingsOf({ state, sets, attempts }: View): Generator<Thing> {
  if (state.opened === undefined) return
  yield { kind: 'run', key: '' }
  yield { kind: 'source', key: '' }
  const others = [...state.bystanders.values()].map(({ attempt }) => attempt)
  for (const attempt of new Set([...attempts.numbers, ...others]))
    yield { kind: 'attempt', key: String(attempt) }
  yield* each('host', state.hosts)
  yield* each('group', state.groups)
  yield* each('groupContext', state.groupContexts)
  yield* each('groupUses', state.groupContexts)
  for (const key of state.hyperparameters.keys()) yield { kind: 'term', key: `p${key}` }
  for (const key of state.measures.keys()) yield { kind: 'term', key: `m${key}` }
  yield* each('shared', state.shared)
  for (const key of sets.ids()) yield { kind: 'set', key }
  yield* each('package', state.packages)
  yield* each('model', state.models)
  yield* each('rank', state.ranks)
  yield* each('bystander', state.bystanders)
  yield* each('context', state.contexts)
  yield* each('uses', state.ranks)
  yield* each('uses', state.contexts)
  yield* each('series', state.series)
  yield* each('artifact', state.artifacts)
  yield* each('final', state.finals)
  for (const { file } of state.parts) yield { kind: 'part', key: file }
}

function* each(kind: ThingKind, map: ReadonlyMap<string, unknown>): Generator<Thing> {
  for (const key of map.keys()) yield { kind, key }
}
