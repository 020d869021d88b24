import { keyOf, lastSlug } from '../name.ts'
import type { EventOf, ModelState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf, seenAt } from './find.ts'
import { groupContextOf } from './group-context.ts'
import { markContext } from './mark.ts'
import { share } from './share.ts'

/** What is known of a model without its files; one that is an input was made elsewhere. */
export function applyModel(change: Change, origin: Origin, event: EventOf<'model'>): void {
  const { undo, dirt, links } = change
  const { key, model } = modelOf(change, event.name)
  const { time: _time, context: name, direction, contributors, ...facts } = event
  const content = JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)))
  if (!model.told.has(content)) undo.put(model.told, content, event)
  dirt.mark('model', key)
  if (direction === 'input') {
    share(change, origin, event)
    return
  }
  const context = name === undefined ? undefined : contextOf(change, origin.rankKey, name)
  if (context !== undefined) {
    seenAt(change, context.context, event.time)
    markContext(change, context.key)
  }
  const owner = context?.key ?? origin.rankKey
  const known = model.makers.get(owner)
  if (known === undefined || event.time < known.time)
    undo.put(model.makers, owner, { time: event.time, contributors: known?.contributors ?? contributors })
  for (const group of links.groups.of(origin.rankKey)) groupContextOf(change, group, name)
}

export function modelOf({ state, undo }: Change, name: string): { key: string; model: ModelState } {
  const key = keyOf(name)
  const known = state.models.get(key)
  if (known !== undefined) return { key, model: known }
  const model: ModelState = {
    id: `model.${lastSlug(name)}`,
    name,
    versions: new Map(),
    told: new Map(),
    makers: new Map(),
  }
  undo.put(state.models, key, model)
  return { key, model }
}
