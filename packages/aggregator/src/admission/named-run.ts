import fs from 'node:fs'
import path from 'node:path'
import { storedRunOf } from '@provloom/rundir/internal'
import type { RunId } from '@provloom/shared'
import { ProvloomError, makeSaveDir, systemCode } from '@provloom/shared'
import type { OpenRun } from '../run/open-run.ts'
import { goOnWith } from '../run/open.ts'
import type { Surroundings } from '../run/surroundings.ts'

/** A run could not be opened now; and why, where that will not pass by itself. */
export interface NotNow {
  readonly kind: 'not-now'
  readonly why: string | undefined
}

/** The run has ended, and nothing is left that it could go on from. */
export interface Ended {
  readonly kind: 'ended'
  readonly runDir: string
}

export type Opened = OpenRun | NotNow | Ended

/** To look and to begin takes a moment; whoever was killed in it is waited for so long. */
const namingMaxMs = 20_000

/**
 * A run that somebody names by its id: another job may have made it in the same save directory, and there are never two
 * of one id. It goes on where that can be and nobody else writes it; where there is none it is begun.
 */
export async function goOnOrBegin(
  around: Surroundings,
  { saveDir, runId }: { readonly saveDir: string; readonly runId: RunId },
  begin: () => Promise<OpenRun>,
): Promise<Opened> {
  makeSaveDir(around.files, saveDir)
  const claim = path.join(saveDir, `.naming-${runId}`)
  if (!isClaimed(claim)) return { kind: 'not-now', why: undefined }
  try {
    const stored = storedRunOf(saveDir, runId)
    if (stored === undefined) return await begin()
    const { runDir } = stored.facts
    return (await goOnWith(around, stored.facts)) ?? { kind: 'ended', runDir }
  } catch (error) {
    // Another job's run, which may end: nothing is wrong with what we write.
    if (error instanceof ProvloomError && error.code === 'RUN_HELD')
      return { kind: 'not-now', why: error.message }
    throw error
  } finally {
    fs.rmSync(claim, { force: true })
  }
}

/** Two jobs may begin the run at the same moment: run.json of the one is there before the other looks. */
function isClaimed(claim: string): boolean {
  try {
    fs.closeSync(fs.openSync(claim, 'wx', 0o644))
    return true
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
    const stat = fs.statSync(claim, { throwIfNoEntry: false })
    if (stat !== undefined && Date.now() - stat.mtimeMs > namingMaxMs) fs.rmSync(claim, { force: true })
    return false
  }
}
