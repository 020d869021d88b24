import { reasonOf } from '@provloom/shared'
import { present } from './present.ts'
import type { Session } from './session.ts'
import { tellEnd } from './tell-end.ts'
import { tellOnce } from './tell.ts'
import { waitForEndSync, waitForWordSync } from './wait.ts'

/** What this thread records into right now. */
interface Current {
  session: Session | undefined
  /** Why there is none: not begun, ended, or no place to write to (which has been told). */
  absent: 'before-start' | 'after-end' | 'unable'
  /** The last one that ended here: an endRun without an open one says whether the graph holds it. */
  last?: Session | undefined
  /** The last one that ended here before its agent had said a word of it. */
  unheard?: Session
  /** There was no `provloom` to be found: nobody will say a word of it. */
  agentless: boolean
}

export const current: Current = { session: undefined, absent: 'before-start', agentless: false }

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

/** What this thread logs goes there from now on. */
export function enter(session: Session): void {
  current.session = session
  watchEnd()
}

/** Nothing more of this thread goes into this session; its own ends, a helper's stream alone. */
export function leave(session: Session, ...how: Parameters<Session['end']>): void {
  if (current.session === session) {
    current.session = undefined
    current.absent = 'after-end'
    current.last = session.kind === 'helper' ? undefined : session
  }
  session.end(...how)
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
      const { session, unheard } = current
      if (session === undefined && unheard !== undefined) {
        waitForWordSync(unheard)
        unheard.tellNotices()
      }
      if (session === undefined) return
      leave(session, exitCode === 0 ? 'completed' : 'failed', 'exit', present({ error, exitCode }))
      if (session.plain) tellEnd(session, waitForEndSync(session))
    })
  })
}
