import { importCommand } from '@provloom/shared'
import { formerOf } from './session/control.ts'
import { sessionFolderAt } from './session/folder.ts'
import type { SessionEnd } from './tree/open-sessions.ts'
import type { TreeFolder } from './tree/folder.ts'
import type { Delivery } from './status.ts'

/** What became of a tree's sessions, all in all. */
export function deliveryOf(ended: readonly SessionEnd[], tree: TreeFolder): Delivery {
  const kept = ended.flatMap(({ folder, outcome }) =>
    outcome.kind === 'kept' ? [{ folder, ...outcome }] : [],
  )
  if (kept.length > 0) {
    const counted = (records: number): string => (records === 1 ? '1 record is' : `${records} records are`)
    return {
      kind: 'kept',
      folders: kept.map(({ folder }) => folder),
      records: kept.reduce((sum, { records }) => sum + records, 0),
      reason: kept[0]!.reason,
      told: kept.map(
        ({ folder, records, reason }) =>
          `${reason}; ${records === 0 ? 'its session is' : counted(records)} kept in ${folder}. Hand in: ${importCommand(folder, formerOf(sessionFolderAt(folder)).asked.provenanceSaveDir)}`,
      ),
    }
  }
  if (ended.some(({ outcome }) => outcome.kind === 'left')) return { kind: 'handed-on', tree: tree.root }
  const delivered = ended.flatMap(({ outcome }) => (outcome.kind === 'delivered' ? [outcome] : []))
  if (delivered.length > 0) {
    const runs = delivered.flatMap(({ run }) => (run === undefined ? [] : [run]))
    return { kind: 'delivered', runs: runs.map(({ runId, runDir }) => ({ runId, runDir })) }
  }
  return ended.length > 0 ? { kind: 'not-collected' } : { kind: 'none' }
}
