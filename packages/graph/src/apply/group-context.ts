import { keyOf } from '../name.ts'
import type { Change } from './change.ts'

/** The group made a model in the context of this name: what its ranks used is behind it. */
export function groupContextOf(
  { state, undo, dirt, links }: Change,
  groupKey: string,
  name: string | undefined,
): void {
  const key = keyOf(groupKey, name)
  dirt.mark('groupContext', key)
  dirt.mark('groupUses', key)
  if (state.groupContexts.has(key)) return
  undo.put(state.groupContexts, key, { groupKey, name })
  links.groupContexts.add(undo, groupKey, key)
}
