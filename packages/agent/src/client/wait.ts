import fs from 'node:fs'
import path from 'node:path'
import { treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { readControl } from './control.ts'
import type { ControlLook } from './control.ts'

/** Waiting ends when nothing moves for so long, and after so long in all: launchers kill 30 s after they ask to end. */
const stillMs = 5_000
const mostMs = 20_000
const lookMsMax = 20

let gaveUp = false

/** What a session's end has come to. */
export type Ended =
  | { readonly kind: 'ended' | 'quiet'; readonly control: ControlLook }
  /** refused: and never will by itself. */
  | { readonly kind: 'not-yet' | 'refused'; readonly why: string }

/** What it has come to by now. */
export function endByNow(folder: SessionFolder): Ended {
  const control = readControl(folder)
  return endIn(control) ?? { kind: 'not-yet', why: control?.message ?? 'no aggregator answered' }
}

/** Waits until the document on disk holds the session; after one wait in vain no further one is made. */
export async function waitForEnd(folder: SessionFolder): Promise<Ended> {
  const watch = new EndWatch(folder)
  for (let pauseMs = 2; ; pauseMs = Math.min(lookMsMax, pauseMs * 2)) {
    const ended = watch.look()
    if (ended !== undefined) return ended
    await new Promise<void>((resolve) => {
      setTimeout(resolve, pauseMs)
    })
  }
}

/** The same where nothing can be awaited any more: at the process's exit. */
export function waitForEndSync(folder: SessionFolder): Ended {
  const watch = new EndWatch(folder)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let pauseMs = 2; ; pauseMs = Math.min(lookMsMax, pauseMs * 2)) {
    const ended = watch.look()
    if (ended !== undefined) return ended
    Atomics.wait(pause, 0, 0, pauseMs)
  }
}

/** Nothing more is to be waited for. */
function endIn(control: ControlLook | undefined): Ended | undefined {
  if (control?.state === 'ended') return { kind: 'ended', control }
  if (control?.state === 'quiet') return { kind: 'quiet', control }
  if (control?.state === 'refused') return { kind: 'refused', why: control.message ?? 'it was refused' }
  return undefined
}

class EndWatch {
  readonly #folder: SessionFolder
  readonly #beganMs: number = performance.now()
  #movedMs: number = performance.now()
  #mark = ''

  constructor(folder: SessionFolder) {
    this.#folder = folder
  }

  look(): Ended | undefined {
    const control = readControl(this.#folder)
    const ended = endIn(control)
    if (ended !== undefined) return ended
    // Its agent says why not, and that it will not be soon.
    if (control?.message !== undefined) return { kind: 'not-yet', why: control.message }
    const now = performance.now()
    const mark = `${control?.mark ?? ''} ${this.#beat()}`
    if (mark !== this.#mark) {
      this.#mark = mark
      this.#movedMs = now
    }
    if (!gaveUp && now - this.#movedMs < stillMs && now - this.#beganMs < mostMs) return undefined
    gaveUp = true
    return { kind: 'not-yet', why: control?.message ?? 'no aggregator answered' }
  }

  /** The agent beats once a second while it lives. */
  #beat(): number {
    const file = path.join(treeOf(this.#folder), 'agent.json')
    return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  }
}
