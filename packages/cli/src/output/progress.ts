import path from 'node:path'
import type { AggregatorStatus } from '@provloom/aggregator'
import { onTerminal, printable, say, shellWord, shownPath } from '@provloom/shared'
import { reading } from '../look/words.ts'
import { paceWords, roughly, toGoWords } from '../look/pace-words.ts'
import { problemLine } from './problem-line.ts'
import { count, counted, duration } from './quantity.ts'
import { Title } from './title.ts'

/** Lines of a run that goes on and on: so often at a terminal, and so often in a log file. */
const TERMINAL_INTERVAL_MS = 60_000
const LOG_INTERVAL_MS = 600_000
/** A sweep may have thousands of runs. */
const NAMED_MAX = 10
/** The pace is that of the last minute, as soon as a few seconds are known. */
const PACE_MS = 60_000
const PACE_MIN_MS = 3_000

type Running = Extract<AggregatorStatus, { readonly kind: 'progress' }>

/**
 * How far the runs are, on standard error. A line that is rewritten would glue itself to what the command prints, so only
 * whole lines are written: when a run begins, with its first metric, each minute, and when something was found. What happens
 * in between stands in the terminal's title.
 */
export class Progress {
  readonly #ranksExpected: number | undefined
  readonly #names = new Map<string, string>()
  readonly #logging = new Set<string>()
  /** By run: where its steps were, the oldest first. */
  readonly #seen = new Map<string, { readonly atMs: number; readonly step: number }[]>()
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
    const place = shownPath(runDir)
    const isUsual = shownPath(path.dirname(runDir)) === 'prov'
    const follow = `provloom watch ${shellWord(isUsual ? path.basename(runDir) : place)}`
    this.note(
      `${path.basename(runDir)}${resumed ? ' goes on' : ''}${ranks}, into ${place}       follow: ${follow}`,
    )
  }

  #running(status: Running): void {
    const name = this.#names.get(status.runId) ?? 'run'
    const words = this.#wordsOf(status)
    this.#title.show(`${name}: ${words}`)
    // Of one run alone its name has been said.
    const text = this.#names.size > 1 ? `${name}: ${words}` : words
    const first = status.going !== undefined && !this.#logging.has(status.runId)
    if (first) this.#logging.add(status.runId)
    const interval = this.#terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS
    const due = this.#now() - this.#saidMs >= interval
    if (due) this.note(`${text}, after ${duration((this.#now() - this.#beganMs) / 1000)}`)
    else if (first && this.#terminal && this.#logging.size <= NAMED_MAX) this.note(text)
    if (due) this.#saidMs = this.#now()
  }

  /** `step 164 of 240, loss 0.830 (2.303 at first), 2.71 steps a second, about 28 s to go, 64 of 64 ranks`. */
  #wordsOf({ runId, ranks, logs, going }: Running): string {
    const of =
      this.#ranksExpected === undefined
        ? counted(ranks, 'rank')
        : `${ranks} of ${counted(this.#ranksExpected, 'rank')}`
    if (going === undefined) return `${of}, ${counted(logs, 'log')}`
    const { step, steps, metric } = going
    const pace = this.#paceOf(runId, step)
    const left = steps === undefined ? 0 : steps - 1 - step
    return [
      `step ${count(step)}${steps === undefined ? '' : ` of ${count(steps)}`}`,
      ...(metric === undefined ? [] : [metricWords(metric)]),
      ...(pace === undefined ? [] : [paceWords(pace, 'step')]),
      ...(pace === undefined || left <= 0 ? [] : [`about ${roughly(left / pace)} ${toGoWords(going)}`]),
      of,
    ].join(', ')
  }

  /** Steps a second over the last minute. */
  #paceOf(runId: string, step: number): number | undefined {
    const now = this.#now()
    const seen = (this.#seen.get(runId) ?? []).filter(({ atMs }) => now - atMs <= PACE_MS)
    const last = seen.at(-1)
    if (last === undefined || last.step !== step) seen.push({ atMs: now, step })
    if (this.#seen.size < NAMED_MAX || this.#seen.has(runId)) this.#seen.set(runId, seen)
    const [first] = seen
    if (first === undefined || now - first.atMs < PACE_MIN_MS || step <= first.step) return undefined
    return ((step - first.step) * 1000) / (now - first.atMs)
  }
}

function metricWords({ key, first, last }: NonNullable<NonNullable<Running['going']>['metric']>): string {
  return first === last ? `${key} ${reading(last)}` : `${key} ${reading(last)} (${reading(first)} at first)`
}
