import { contextName } from './context-name.ts'
import { withOptions } from './with-options.ts'
import { nameOf } from './name.ts'
import { numberOf } from './number.ts'
import { pairsOf } from './pairs.ts'
import { recordedStep, recordedTime } from './recorded.ts'
import type { Session } from './session.ts'

/** Where and when a value was logged. */
export interface MetricOptions {
  /** A `Context` or a text of your own; else the one that `inContext` has opened. */
  readonly context?: string
  /** Epoch, batch, ... : an integer; a fraction is told, and its whole part recorded. */
  readonly step?: number | bigint
  /** Where it comes from, when one metric has several. */
  readonly source?: string
  /** Seconds since the epoch (milliseconds, microseconds, nanoseconds by their size), or a Date; now when absent or 0. */
  readonly timestamp?: number | bigint | Date
}

/**
 * Records one value of a metric: a number, a bigint, a boolean, or a typed array of one element. Never throws: what is
 * no number is told once, and counted as dropped.
 */
export function logMetric(key: string, value: number | bigint, options: MetricOptions = {}): void {
  withOptions('logMetric', options, (session, options) => record(session, 'logMetric', key, value, options))
}

/** Records the values of several metrics of one step. */
export function logMetrics(
  metrics: Readonly<Record<string, number | bigint>> | ReadonlyMap<unknown, number | bigint>,
  options: MetricOptions = {},
): void {
  withOptions('logMetrics', options, (session, options) => {
    for (const [key, value] of pairsOf(session, 'logMetrics', metrics))
      record(session, 'logMetrics', key, value, options)
  })
}

/** Records the time now, in seconds since the epoch, as a metric. */
export function logCurrentExecutionTime(label: string, options: MetricOptions = {}): void {
  withOptions('logCurrentExecutionTime', options, (session, options) =>
    record(session, 'logCurrentExecutionTime', label, Date.now() / 1000, options),
  )
}

function record(session: Session, call: string, key: unknown, value: unknown, options: MetricOptions): void {
  const name = nameOf(key)
  if (name === undefined) {
    session.refuse('bad-name', 'BAD_NAME', `${call}: the key must be text that is not empty`)
    return
  }
  const found = numberOf(value)
  if (found.kind === 'refused') {
    const text = `${call}: the value of ${name} is no number: ${found.what}; it is not recorded`
    session.refuse('not-a-number', 'NOT_A_NUMBER', text, name)
    return
  }
  const { remark } = found
  if (remark !== undefined)
    session.problem(remark.code, `${call}: the value of ${name} ${remark.words}`, name)
  const step = recordedStep(session, call, name, options.step)
  const time = recordedTime(session, call, name, options.timestamp)
  session.stream.point(name, contextName(options.context), nameOf(options.source), step, time, found.value)
}
