import path from 'node:path'
import type { AggregatorStatus } from '@provloom/aggregator'
import { shownPath, onTerminal, printable, say } from '@provloom/shared'
import { problemLine } from './problem-line.ts'
import { counted, duration } from './quantity.ts'
import { Title } from './title.ts'

/** Lines of a run that goes on and on: so often at a terminal, and so often in a log file. */
const TERMINAL_INTERVAL_MS = 60_000
const LOG_INTERVAL_MS = 600_000
/** A sweep may have thousands of runs. */
const NAMED_MAX = 10

type Running = Extract<AggregatorStatus, { readonly kind: 'progress' }>

/**
 * How far the runs are, on standard error. A line that is rewritten would glue itself to what the command prints, so only
 * whole lines are written: when a run begins, with its first log, each minute, and when something was found. What happens
 * in between stands in the terminal's title.
 */
export class Progress {
  readonly #ranksExpected: number | undefined
  readonly #names = new Map<string, string>()
  readonly #logging = new Set<string>()
  readonly #title = new Title()
  readonly #terminal = onTerminal()
  readonly #now: () => number
  readonly #beganMs: number
  #saidMs: number

  constructor(ranksExpected?: number, now: () => number = () => performance.now()) {
    this.#ranksExpected = ranksExpected
    this.#now = now
    this.#beganMs = this.#saidMs = now()
  }

  show(status: AggregatorStatus): void {
    switch (status.kind) {
      case 'run-opened':
        this.#opened(status.runId, status.runDir, status.resumed)
        break
      case 'progress':
        this.#running(status)
        break
      case 'rank-lost':
        this.note(`rank ${status.rank} is not heard any more`)
        break
      case 'problem':
        this.note(problemLine(status))
        break
      case 'problem-ended':
        this.note(status.message)
        break
      case 'run-ended':
      case 'run-finished':
      case 'listening':
      case 'rank-admitted':
      case 'rank-refused':
      case 'rank-ended':
      case 'flushed':
        break
    }
  }

  /** Something that a person should know now. */
  note(message: string): void {
    say(`provloom: ${printable(message)}`)
  }

  /** Gives the terminal its title back. */
  end(): void {
    this.#title.end()
  }

  #opened(runId: string, runDir: string, resumed: boolean): void {
    this.#names.set(runId, path.basename(runDir))
    if (this.#names.size > NAMED_MAX) return
    const ranks = this.#ranksExpected === undefined ? '' : `, ${counted(this.#ranksExpected, 'rank')}`
    const what = resumed ? 'goes on' : 'is recorded'
    this.note(`${path.basename(runDir)} ${what}${ranks}, into ${shownPath(runDir)}`)
  }

  #running(status: Running): void {
    const text = `${this.#names.get(status.runId) ?? 'run'}: ${this.#factsOf(status)}`
    this.#title.show(text)
    const first = status.logs > 0 && !this.#logging.has(status.runId)
    if (first) this.#logging.add(status.runId)
    const interval = this.#terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS
    const due = this.#now() - this.#saidMs >= interval
    if (due) this.note(`${text}, after ${duration((this.#now() - this.#beganMs) / 1000)}`)
    else if (first && this.#terminal && this.#logging.size <= NAMED_MAX) this.note(text)
    if (due) this.#saidMs = this.#now()
  }

  #factsOf({ ranks, logs, flushes }: Running): string {
    const of =
      this.#ranksExpected === undefined
        ? counted(ranks, 'rank')
        : `${ranks} of ${counted(this.#ranksExpected, 'rank')}`
    return `${of}, ${counted(logs, 'log')}, graph saved ${flushes === 1 ? 'once' : `${flushes} times`}`
  }
}
