import { contextName } from './context.ts'
import { withSession } from './current.ts'
import type { Session } from './session.ts'
import { nameOf, timeUs } from './value.ts'

/** Where and when a value was logged. */
export interface MetricOptions {
  /** A `Context` or a text of your own; else the one that `inContext` has opened. */
  readonly context?: string
  /** Epoch, batch, ... */
  readonly step?: number | bigint
  /** Where it comes from, when one metric has several. */
  readonly source?: string
  /** Seconds since the epoch (milliseconds, microseconds, nanoseconds by their size), or a Date; now when absent or 0. */
  readonly timestamp?: number | Date
}

const int64 = 2n ** 63n

/** Records one value of a metric. Never throws: a value that is no number is told once and recorded as a problem. */
export function logMetric(key: string, value: number | bigint, options: MetricOptions = {}): void {
  withSession('logMetric', (session) => record(session, key, value, options))
}

/** Records the values of several metrics of one step. */
export function logMetrics(
  metrics: Readonly<Record<string, number | bigint>>,
  options: MetricOptions = {},
): void {
  withSession('logMetrics', (session) => {
    for (const [key, value] of Object.entries(metrics)) record(session, key, value, options)
  })
}

/** Records the time now, in seconds since the epoch, as a metric. */
export function logCurrentExecutionTime(label: string, options: MetricOptions = {}): void {
  withSession('logCurrentExecutionTime', (session) => record(session, label, Date.now() / 1000, options))
}

function record(session: Session, key: string, value: unknown, options: MetricOptions): void {
  const name = nameOf(key)
  if (name === undefined) {
    session.problem('BAD_NAME', 'logMetric: the key must be text that is not empty')
    return
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    const shown = `${typeof value} ${String(value).slice(0, 80)}`
    session.problem(
      'NOT_A_NUMBER',
      `logMetric: the value of ${name} is no number: ${shown}; it is not recorded`,
      name,
    )
    return
  }
  const step = stepOf(session, name, options.step ?? 0)
  const time = timeOf(session, name, options.timestamp)
  session.stream.point(name, contextName(options.context), nameOf(options.source), step, time, Number(value))
}

function stepOf(session: Session, name: string, step: number | bigint): number | bigint {
  if (Number.isSafeInteger(step)) return step
  const whole = typeof step === 'bigint' ? step : Number.isFinite(step) ? BigInt(Math.trunc(step)) : int64
  if (-int64 <= whole && whole < int64) return whole
  session.problem(
    'BAD_STEP',
    `logMetric: the step of ${name} is no integer: ${String(step)}; 0 is recorded`,
    name,
  )
  return 0n
}

function timeOf(session: Session, name: string, timestamp: number | Date | undefined): number {
  if (timestamp === undefined || timestamp === 0) return session.clock.nowUs()
  const time = timeUs(timestamp)
  if (time !== undefined && Number.isSafeInteger(time)) return time
  session.problem(
    'BAD_TIME',
    `logMetric: the timestamp of ${name} is no time: ${String(timestamp)}; now is recorded`,
    name,
  )
  return session.clock.nowUs()
}
