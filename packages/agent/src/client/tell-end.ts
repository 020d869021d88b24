import path from 'node:path'
import { importCommand, isOn, shellWord, shownPath } from '@provloom/shared'
import { readControl } from './control.ts'
import { runNameOf } from './run-name.ts'
import { saveDirOf } from './save-dir.ts'
import type { Session } from './session.ts'
import { tellLine } from './tell.ts'
import type { Ended } from './wait.ts'

/** The line that a plain start ends with: where the run is, or what is missing and how to hand it in. */
export function tellEnd(session: Session, ended: Ended): void {
  session.tellNotices()
  const { root } = session.spool
  if ('why' in ended) {
    tellLine(
      `not in a graph yet: ${ended.why}; kept in ${root}; hand in: ${importCommand(root, saveDirOf(session.options))}`,
    )
    return
  }
  if (ended.kind === 'quiet' || isOn(process.env, 'PROVLOOM_QUIET')) return
  const { runDir, status, logs, missing = [], absent = [] } = ended.control ?? {}
  const run = runDir === undefined ? runNameOf(session.spool, session.options) : shownPath(runDir)
  // What its agent said at the end went with its folder: this process had gone on to its next run.
  if (ended.kind === 'taken') return tellLine(`run ${run}: this session is in its graph`)
  if (missing.length + absent.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`goes on: ${ranksOf(missing)}`] : []),
      ...(absent.length > 0 ? [`not here yet: ${ranksOf(absent)}`] : []),
    ]
    tellLine(`run ${run}: this rank is in, ${parts.join('; ')}`)
    if (absent.length > 0 && runDir !== undefined)
      tellLine(
        `ranks of this run are met in ${path.dirname(runDir)}, as the job ${ended.control?.jobKey}; where one records elsewhere, give all of them one job (RANK, WORLD_SIZE and MASTER_ADDR, or PROVLOOM_JOB_KEY) and one absolute provenance_save_dir`,
      )
    return
  }
  // The run's, as its graph and run.json count them.
  const told = logs === undefined ? '' : `, ${logs.toLocaleString('en-US')} log${logs === 1 ? '' : 's'}`
  if (status === 'running')
    tellLine(`run ${run}: this session is in its graph${told}; the run's end is still being written`)
  else {
    const [stood, more] =
      status === undefined || status === 'completed' ? ['completed', 'show'] : [status, 'why']
    tellLine(`run ${run} ${stood}${told}       next: provloom ${more} ${shellWord(run)}`)
  }
}

function ranksOf(ranks: readonly number[]): string {
  return `rank${ranks.length > 1 ? 's' : ''} ${ranks.join(', ')}`
}

/** An endRun in a process that helps ends only what that logs: said where nobody else will end the run. */
export function tellHelped(session: Session): void {
  const gone = session.follows?.goneFrom(session.spool.id)
  if (gone === undefined) return
  const runDir = readControl(session.spool)?.runDir
  const run = runDir === undefined ? runNameOf(session.spool, session.options) : shownPath(runDir)
  tellLine(
    `run ${run}: endRun here ends only what this process logs; the process that began the run, ${gone}, has ended without endRun: it is incomplete`,
  )
}
