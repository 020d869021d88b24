import { limits } from '@provloom/shared'
import { heardBy, servingAgent } from '../tree/claim.ts'
import { pidNamespace } from '../tree/namespaces.ts'
import { treeOf } from '../session/folder.ts'
import { readControl } from './control.ts'
import type { ControlLook } from './control.ts'
import type { Session } from './session.ts'

/** Looks follow each other faster at first. */
const slowestLookMs = 20

let gaveUp = false

/** What a session's end has come to. */
export type Ended =
  /** taken: its folder is gone. With what the agent has said last. */
  | { readonly kind: 'ended' | 'quiet' | 'taken'; readonly control: ControlLook | undefined }
  /** refused: and never will by itself. */
  | { readonly kind: 'not-yet' | 'refused'; readonly why: string }

/** Of a machine's own first pid namespace, always. */
const firstNamespace = 0xeffffffc

/**
 * Whether with this process all of its pid namespace ends, our agent too: it is its process 1, or what that has started and
 * waits for (a shell, an init, a launcher).
 */
export function endsItsContainer(): boolean {
  return process.pid === 1 || (process.ppid === 1 && ![0, firstNamespace].includes(pidNamespace()))
}

/** What it has come to by now. */
export function endByNow(session: Session): Ended {
  const control = readControl(session.spool)
  return endIn(session, control) ?? { kind: 'not-yet', why: control?.message ?? 'no aggregator answered' }
}

/** Waits until the document on disk holds the session; after one wait in vain no further one is made. */
export async function waitForEnd(session: Session): Promise<Ended> {
  const watch = new EndWatch(session)
  for (let pauseMs = 2; ; pauseMs = Math.min(slowestLookMs, pauseMs * 2)) {
    const ended = watch.look()
    if (ended !== undefined) return ended
    await new Promise<void>((resolve) => {
      setTimeout(resolve, pauseMs)
    })
  }
}

/** The same where nothing can be awaited any more: at the process's exit. */
export function waitForEndSync(session: Session): Ended {
  const watch = new EndWatch(session)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let pauseMs = 2; ; pauseMs = Math.min(slowestLookMs, pauseMs * 2)) {
    const ended = watch.look()
    if (ended !== undefined) return ended
    Atomics.wait(pause, 0, 0, pauseMs)
  }
}

/** At the process's exit: for the agent's first word of a session, which says what does not fit together. */
export function waitForWordSync(session: Session): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const began = performance.now()
  let livesMs: number | undefined
  if (gaveUp) return
  while (!session.isTaken && readControl(session.spool) === undefined) {
    const now = performance.now()
    // One that is only just being started may take a while to come up on a busy machine.
    if (livesMs === undefined && servingAgent(treeOf(session.spool)) !== undefined) livesMs = now
    if (now >= (livesMs === undefined ? began + limits.endStillMs : livesMs + limits.endWordMs)) return
    Atomics.wait(pause, 0, 0, slowestLookMs)
  }
}

/** Nothing more is to be waited for. */
function endIn(session: Session, control: ControlLook | undefined): Ended | undefined {
  if (control === undefined && session.isTaken) return { kind: 'taken', control }
  if (control?.state === 'ended') return { kind: 'ended', control }
  if (control?.state === 'quiet') return { kind: 'quiet', control }
  if (control?.state === 'refused') return { kind: 'refused', why: control.message ?? 'it was refused' }
  return undefined
}

class EndWatch {
  readonly #session: Session
  readonly #beganMs: number = performance.now()
  #movedMs: number = performance.now()
  #mark = ''
  #control: ControlLook | undefined

  constructor(session: Session) {
    this.#session = session
  }

  look(): Ended | undefined {
    const control = readControl(this.#session.spool)
    const ended = endIn(this.#session, control)
    if (ended?.kind === 'taken') return { ...ended, control: this.#control }
    if (ended !== undefined) return ended
    this.#control = control ?? this.#control
    // Its agent says why not, and that it will not be soon.
    if (control?.message !== undefined) return { kind: 'not-yet', why: control.message }
    const now = performance.now()
    // What an agent hears that does not take up this session says nothing of it: it has too many.
    const mark = control === undefined ? '' : `${control.journaled} ${heardBy(treeOf(this.#session.spool))}`
    if (mark !== this.#mark) {
      this.#mark = mark
      this.#movedMs = now
    }
    if (!gaveUp && now - this.#movedMs < limits.endStillMs && now - this.#beganMs < limits.endMs)
      return undefined
    gaveUp = true
    return { kind: 'not-yet', why: control?.message ?? 'no aggregator answered' }
  }
}
