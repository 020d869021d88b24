import type { FilesGone } from '@provloom/rundir/entry'
import type { Change } from './change.ts'
import { isCode } from './shared-id.ts'

/** Files of the run directory are not there any more, or again: who names them says so. */
export function applyGone(change: Change, { files, back }: FilesGone): void {
  const { state, undo, dirt } = change
  for (const file of files) undo.put(state.gone, file, true)
  for (const file of back) undo.drop(state.gone, file)
  const changed = new Set([...files, ...back])
  const about = new Set<string>()
  for (const [key, { event }] of state.stored)
    if (event.stored !== undefined && changed.has(event.stored)) about.add(key)
  for (const key of about) if (state.artifacts.has(key)) dirt.mark('artifact', key)
  for (const key of state.files) {
    const shared = state.shared.get(key)
    if (shared === undefined || !shared.files.some((file) => about.has(file))) continue
    dirt.mark('shared', key)
    if (isCode(shared.facts)) dirt.mark('source', '')
  }
  for (const { file } of state.parts) if (changed.has(file)) dirt.mark('part', file)
}
