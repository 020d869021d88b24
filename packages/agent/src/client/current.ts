import fs from 'node:fs'
import path from 'node:path'
import { reasonOf } from '@provloom/shared'
import { present } from './present.ts'
import { sessionFolderAt } from '../session/folder.ts'
import { Session } from './session.ts'
import { tellEnd } from './tell-end.ts'
import { tellOnce } from './tell.ts'
import { waitForEndSync } from './wait.ts'

/** What this thread records into right now. */
interface Current {
  session: Session | undefined
  /** Why there is none: not begun, ended, or no place to write to (which has been told). */
  absent: 'before-start' | 'after-end' | 'unable'
}

export const current: Current = { session: undefined, absent: 'before-start' }

/** Runs the body of a call: what goes wrong inside is told, never thrown into a training. */
export function harmless<T>(call: string, body: () => T): T | undefined {
  try {
    return body()
  } catch (error) {
    const text = `${call} could not record this: ${reasonOf(error)}`
    try {
      if (current.session === undefined) tellOnce(`harmless ${call}`, text)
      else current.session.refuse('client-error', 'CALL_FAILED', text, call)
    } catch {
      tellOnce(`harmless ${call}`, text)
    }
    return undefined
  }
}

/** Runs `body` with the session; without one it tells so once, and where the agent does not want this rank it does nothing. */
export function withSession(call: string, body: (session: Session) => void): void {
  harmless(call, () => {
    const session = current.session ?? join()
    if (session === undefined) tellAbsence(call)
    else if (session.wanted) body(session)
  })
}

/** In a worker thread or a child of a worker: goes on in the session that it was handed, in a stream of its own. */
function join(): Session | undefined {
  const root = process.env['PROVLOOM_SESSION']
  if (current.absent !== 'before-start' || root === undefined || root === '') return undefined
  if (!fs.existsSync(path.join(root, 'session.json'))) return undefined
  enter(new Session(sessionFolderAt(path.resolve(root)), 'helper'))
  return current.session
}

export function enter(session: Session): void {
  current.session = session
  process.env['PROVLOOM_SESSION'] = session.spool.root
  watchEnd()
}

let watching = false
let failure: string | undefined

/** The end of the process ends the session: failed when an exception nobody caught, or an exit code, says so. */
function watchEnd(): void {
  if (watching) return
  watching = true
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  })
  process.on('exit', (code) => {
    harmless('exit', () => {
      // As the system sees it.
      const exitCode = code & 0xff
      const error = failure ?? (exitCode === 0 ? undefined : `exit code ${exitCode}`)
      const { session } = current
      if (session === undefined) return
      session.end(exitCode === 0 ? 'completed' : 'failed', 'exit', present({ error, exitCode }))
      current.session = undefined
      if (session.plain) tellEnd(session, waitForEndSync(session.spool))
    })
  })
}

function tellAbsence(call: string): void {
  if (current.absent === 'unable') return
  const when = current.absent === 'after-end' ? 'after endRun' : 'before startRun'
  tellOnce(current.absent, `${call} was called ${when}: it is not recorded`)
}
