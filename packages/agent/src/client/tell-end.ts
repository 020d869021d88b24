import { importCommand, isOn, shownPath } from '@provloom/shared'
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
  const { runDir, status, logs, missing = [] } = ended.control ?? {}
  const run = runDir === undefined ? runNameOf(session.spool, session.options) : shownPath(runDir)
  // What its agent said at the end went with its folder: this process had gone on to its next run.
  if (ended.kind === 'taken') return tellLine(`run ${run}: this session is in its graph`)
  if (missing.length > 0)
    return tellLine(
      `run ${run}: this rank is in, goes on: rank${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`,
    )
  // The run's, as its graph and run.json count them.
  const told = logs === undefined ? '' : `, ${logs.toLocaleString('en-US')} log${logs === 1 ? '' : 's'}`
  if (status === 'running')
    tellLine(`run ${run}: this session is in its graph${told}; the run's end is still being written`)
  else tellLine(`run ${run} ${status ?? 'completed'}${told}`)
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
