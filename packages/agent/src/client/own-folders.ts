import path from 'node:path'
import { identities } from '../artifact/ours.ts'
import { formerRun } from '../spool/control.ts'
import { readSpool } from '../spool/folder.ts'
import type { SpoolFolder } from '../spool/folder.ts'
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
  const spools = path.dirname(spool.root)
  return identities([
    ...(saved.length === 0 ? ['prov'] : saved),
    spool.root,
    ...(path.basename(spools).startsWith('provloom-') ? [spools] : []),
  ])
}

function saveDirOf(spool: SpoolFolder): string | undefined {
  try {
    return readSpool(spool.root).facts.provenanceSaveDir
  } catch {
    return undefined
  }
}
