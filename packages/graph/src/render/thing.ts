import type { RunState } from '../state.ts'
import { linesOf } from '../sheet.ts'
import type { Lines } from '../sheet.ts'
import type { Thing } from '../thing.ts'
import { artifactRecords, modelRecords } from './artifact.ts'
import { contextRecords } from './context.ts'
import { finalRecords } from './final.ts'
import { groupRecords } from './group.ts'
import { energyRecords, hostRecords } from './host.ts'
import { rankRecords } from './rank.ts'
import { runRecords } from './run.ts'
import { metricRecords, seriesRecords } from './series.ts'
import { influenceLine } from './series-line.ts'
import type { Keyed, View } from './view.ts'

/** The records of one thing. */
export function thingRecords(view: View, { kind, key }: Thing): Keyed[] {
  switch (kind) {
    case 'run':
      return [...runRecords(view), ...energyRecords(view)]
    case 'host':
      return hostRecords(view, key)
    case 'group':
      return groupRecords(view, key)
    case 'model':
      return modelRecords(view, key)
    case 'rank':
      return rankRecords(view, key)
    case 'context':
      return contextRecords(view, key)
    case 'metric':
      return metricRecords(view, key)
    case 'series':
      return seriesRecords(view, key)
    case 'artifact':
      return artifactRecords(view, key)
    case 'final':
      return finalRecords(view, key)
  }
}

/** The same as text, by section. Folded series are by far the most and have a writer of their own. */
export function thingLines(view: View, thing: Thing): readonly Lines[] {
  if (thing.kind !== 'series' || !view.shape.foldsRanks) return linesOf(thingRecords(view, thing))
  return [{ kind: 'wasInfluencedBy', text: influenceLine(view, thing.key) }]
}

/** All things of a run, none before it is opened. */
export function* thingsOf(state: RunState): Generator<Thing> {
  if (state.opened === undefined) return
  yield { kind: 'run', key: '' }
  for (const key of state.hosts.keys()) yield { kind: 'host', key }
  for (const key of state.groups.keys()) yield { kind: 'group', key }
  for (const key of state.models.keys()) yield { kind: 'model', key }
  for (const key of state.ranks.keys()) yield { kind: 'rank', key }
  for (const key of state.contexts.keys()) yield { kind: 'context', key }
  for (const key of state.metrics.keys()) yield { kind: 'metric', key }
  for (const key of state.series.keys()) yield { kind: 'series', key }
  for (const key of state.artifacts.keys()) yield { kind: 'artifact', key }
  for (const key of state.finals.keys()) yield { kind: 'final', key }
}
