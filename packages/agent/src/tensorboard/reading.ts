import { limits } from '@provloom/shared'
import type { EventFile } from './event-file.ts'
import { eventOf } from './format/event.ts'
import type { LoggedEvent } from './format/event.ts'
import type { Step } from './format/record-cursor.ts'
import type { Recorded, RecordedSessions } from './sessions.ts'

export interface ReadingParts {
  readonly sessions: RecordedSessions
  /** A file is recorded as far as it is read now. @param session where its last values are; undefined where they are nowhere */
  readonly note: (file: EventFile, session: Recorded | undefined) => void
  /** It has values that were written behind the end of a session. */
  readonly late: (file: EventFile, session: Recorded, timeUs: number | undefined) => void
  /** It has values of a process that has begun no session. */
  readonly unclaimed: (file: EventFile) => void
}

/** more: ask again · all: of what is there now · waits: for a session */
export type ReadOutcome = 'more' | 'all' | 'waits'

/** Records that are taken in before others have their turn, and before it is noted how far. */
const recordsAtOnce = 1_024
const bytesAtOnce = 4 * 1024 * 1024

const changeWords = {
  truncated: 'was cut while it was read: what stood there is recorded, and so is what comes',
  replaced: 'was replaced while it was read: what stood there is recorded, and so is what is there now',
} as const

/** Takes what event files say into the sessions that it is of, a stretch at a time. */
export class Reading {
  readonly #parts: ReadingParts

  constructor(parts: ReadingParts) {
    this.#parts = parts
  }

  /** @param isOver its process is gone: what is no whole record now will never be one */
  read(file: EventFile, isOver: boolean): ReadOutcome {
    const change = file.look()
    if (change === 'gone') {
      file.isOver = isOver
      return 'all'
    }
    if (change === 'truncated' || change === 'replaced') this.#tell(file, changeWords[change])
    file.forget()
    const from = file.cursor.offset
    let into: Recorded | undefined
    for (let count = 0; count < recordsAtOnce && file.cursor.offset - from < bytesAtOnce; count++) {
      const before = file.cursor.offset
      const step = file.cursor.next(file, isOver)
      if (step.kind === 'wait') {
        this.#noteSince(file, from, into)
        file.isOver = isOver
        return 'all'
      }
      const event = this.#eventIn(file, step, before)
      if (event === undefined || event.facts.length === 0) continue
      const target = this.#parts.sessions.of(file.owner, event.timeUs)
      if (target.kind === 'nowhere') continue
      if (target.kind !== 'into') {
        file.cursor.offset = before
        this.#noteSince(file, from, into)
        if (target.kind === 'late') this.#parts.late(file, target.session, event.timeUs)
        else this.#parts.unclaimed(file)
        return 'waits'
      }
      const { session } = target
      if (into !== undefined && into !== session) {
        // What is noted speaks of one session.
        file.cursor.offset = before
        this.#noteSince(file, from, into)
        return 'more'
      }
      into = session
      for (const words of file.untold.splice(0)) session.record.tell(words)
      session.record.take(event, session.names.contextOf(file.folder), `${file.path}@${before}`)
    }
    this.#noteSince(file, from, into)
    return 'more'
  }

  #noteSince(file: EventFile, from: number, into: Recorded | undefined): void {
    if (file.cursor.offset !== from) this.#parts.note(file, into)
  }

  #eventIn(file: EventFile, step: Step, at: number): LoggedEvent | undefined {
    switch (step.kind) {
      case 'record': {
        const event = eventOf(step.data, file.plugins)
        if (event === undefined)
          this.#tell(file, `has a record that is no event, at byte ${at}: it is passed over`)
        return event
      }
      case 'large':
        this.#tell(file, `has a record of ${step.length} bytes, at byte ${step.at}: it is not read`)
        return undefined
      case 'damaged':
        this.#tell(file, `is damaged at byte ${step.at}: ${step.lost} bytes are passed over`)
        return undefined
      case 'wait':
      case 'busy':
        return undefined
    }
  }

  /** Where its newest values are, else with the next that it has; of a file that has none nobody misses any. */
  #tell(file: EventFile, words: string): void {
    const target = this.#parts.sessions.of(file.owner, undefined)
    const text = `${file.path} ${words}`
    if (target.kind === 'into') target.session.record.tell(text)
    else if (file.untold.length < limits.problemsMax) file.untold.push(text)
  }
}
