import path from 'node:path'
import { identities } from '../artifact/ours.ts'
import { formerRun } from '../session/control.ts'
import { readSession } from '../session/facts.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Session } from './session.ts'

/** The save directory and the spools of a session: they may still hold nothing of ours. */
export function knownFolders({ spool, saveDir }: Session): ReadonlySet<string> {
  const runDir = formerRun(spool)?.runDir
  const saved = [
    saveDir,
    process.env['PROVLOOM_PROVENANCE_SAVE_DIR'],
    saveDirOf(spool),
    runDir === undefined ? undefined : path.dirname(runDir),
  ].flatMap((one) => (one === undefined || one === '' ? [] : [one]))
  const tree = path.dirname(path.dirname(spool.root))
  const spools = path.dirname(tree)
  return identities([
    ...(saved.length === 0 ? ['prov'] : saved),
    tree,
    ...(path.basename(spools).startsWith('provloom-') ? [spools] : []),
  ])
}

function saveDirOf(spool: SessionFolder): string | undefined {
  try {
    return readSession(spool.root).facts.provenanceSaveDir
  } catch {
    return undefined
  }
}
