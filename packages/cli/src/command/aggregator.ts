import fs from 'node:fs'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorStatus, RunFinished } from '@provloom/aggregator'
import {
  checkOptions,
  dutyOf,
  exitCode,
  limits,
  listen,
  printable,
  processStart,
  say,
  sayOut,
  signalNumber,
  signalsThat,
} from '@provloom/shared'
import type { StopOutcome } from '@provloom/shared'
import { isOurChild, parent } from '../launch/parent.ts'
import { sayListens } from '../launch/start-failure.ts'
import { writeStatus } from '../launch/status-lines.ts'
import { tellMisspelt } from '../output/misspelt.ts'
import { Progress } from '../output/progress.ts'

/** Time ranks have to end when a signal asks for the end: docker and podman kill 10 s after it. */
const SIGNALLED_PATIENCE_MS = 4_000
/** Without its `run` (kill -9) and with ranks of this machine alone, so many looks that find nobody: only time in which we ran counts. */
const DESERTED_LOOKS = 15
/** The same where none has come yet. */
const LONELY_LOOKS = 30
const LOOK_MS = 500

/**
 * `provloom aggregator`: serves until SIGTERM, SIGINT or SIGHUP, or with --exit-when-done until its runs are finished.
 * One that `provloom run` started ends when that says so: signals for the whole job are for the ranks first.
 *
 * Experiment and namespace are the scripts' own; what its command line says wins.
 */
export async function aggregator(given: Readonly<Record<string, unknown>>): Promise<number> {
  const { json, meet, generation, ...input } = given
  // Agents that start one tell it themselves.
  if (meet === undefined) tellMisspelt()
  const options = checkOptions('aggregator', input, process.env)
  const progress = new Progress()
  const summaries: Promise<void>[] = []
  const show = json === true ? writeStatus : shown(progress, summaries)
  let served = false
  const serving = createAggregator({
    ...options,
    environment: process.env,
    ...(isOurChild() ? { isAttended: () => process.connected } : {}),
    ...(typeof meet === 'string' ? { meetDir: meet } : {}),
    ...(typeof generation === 'string' ? { generation: Number(generation) } : {}),
    onStatus: (status) => {
      served ||= status.kind === 'run-opened'
      show(status)
    },
  })
  const starting = serving.start()
  const stopped = stopOf(serving, () => served, options.exitWhenDone === true)
  await starting
  if (meet !== undefined) {
    sayListens()
    giveBackErrors()
  }
  try {
    const outcome = await stopped
    if (outcome.kind === 'drained') return exitCode.ok
    say(`provloom: stopped before all was done: ${printable(outcome.left)}`)
    return exitCode.failed
  } finally {
    progress.end()
    await Promise.all(summaries)
  }
}

/** Stops it when somebody asks, once however often. */
function stopOf(serving: Aggregator, served: () => boolean, whenDone: boolean): Promise<StopOutcome> {
  return new Promise((resolve, reject) => {
    // A second call changes nothing, its patience neither.
    const stop = (patienceMs?: number): void =>
      void serving.stop(limits.stopMs, patienceMs).then(resolve, reject)
    const stopWhenDone = (): void => void serving.done.then(() => stop())
    if (whenDone) stopWhenDone()
    const run = parent(
      (word) => {
        if (word === 'stop') stop()
      },
      () => {
        giveBackErrors()
        stopWhenDone()
        stopWhenDeserted(
          () => serving.isDeserted,
          () => (served() ? DESERTED_LOOKS : LONELY_LOOKS),
          () => stop(0),
        )
      },
    )
    const { ignored } = processStart()
    listen(signalsThat('end', 'notice'), (signal) => {
      const asks = dutyOf(signal) === 'end' && !ignored.includes(signalNumber(signal) ?? 0)
      if (asks && run?.there !== true) stop(SIGNALLED_PATIENCE_MS)
    })
  })
}

/** Standard error is the job's, or of the agent that started us: whoever reads it to its end is not to wait for us. */
function giveBackErrors(): void {
  try {
    fs.closeSync(2)
    // The lowest number that is free.
    fs.openSync('/dev/null', 'w')
  } catch {
    // Nobody hears us then.
  }
}

/** The whole job was killed: no agent is left that would tell us of its ranks' ends. */
function stopWhenDeserted(deserted: () => boolean, looksMax: () => number, stop: () => void): void {
  let looks = 0
  const timer = setInterval(() => {
    looks = deserted() ? looks + 1 : 0
    if (looks < looksMax()) return
    clearInterval(timer)
    stop()
  }, LOOK_MS)
  timer.unref()
}

function portOf(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf(':') + 1)
}

/** Of a run of more events than this our other runs would wait while it is looked through. */
const EVENTS_LOOKED = 2_000_000

async function summary(finished: RunFinished, hinted: Set<string>): Promise<void> {
  const { saySummary } = await import('../output/say-summary.ts')
  await saySummary(finished, hinted, EVENTS_LOOKED)
}

/** What happens, for a person at a terminal or a log file. */
function shown(progress: Progress, summaries: Promise<void>[]): (status: AggregatorStatus) => void {
  const hinted = new Set<string>()
  return (status) => {
    switch (status.kind) {
      case 'listening':
        sayOut(
          `provloom: listening on tcp://${status.listen}:${portOf(status.endpoint)}${status.encrypted ? '' : ' (insecure)'}${status.listen === '0.0.0.0' ? `, known to other machines as ${status.advertise}` : ''}, connection file ${status.connectionFile}`,
        )
        break
      case 'run-finished':
        summaries.push(summary(status, hinted))
        break
      case 'run-ended':
      case 'run-opened':
      case 'progress':
      case 'rank-lost':
      case 'problem':
      case 'problem-ended':
      case 'rank-admitted':
      case 'rank-refused':
      case 'rank-ended':
      case 'flushed':
        progress.show(status)
        break
    }
  }
}
