import { contextName } from './context-name.ts'
import { logVector, vectorLength } from './vector.ts'
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

/** One value of a metric, or a list of them, of which each is the metric `key[0]`, `key[1]`, ... of that step. */
export type MetricValue = number | bigint | ArrayLike<number> | ArrayLike<bigint>

/**
 * Records one value of a metric: a number, a bigint, a boolean, or a typed array of one element; or a list of numbers, an
 * array or a typed array. Never throws: what is none is told once, and counted as dropped.
 */
export function logMetric(key: string, value: MetricValue, options: MetricOptions = {}): void {
  withOptions('logMetric', options, (session, options) => record(session, 'logMetric', key, value, options))
}

/** Records the values of several metrics of one step. */
export function logMetrics(
  metrics: Readonly<Record<string, MetricValue>> | ReadonlyMap<unknown, MetricValue>,
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

/** What the agent has told last, with its units. */
export function logFigures(
  session: Session,
  call: string,
  figures: readonly (readonly [name: string, value: number, unit: string])[],
  options: MetricOptions,
): void {
  const context = contextName(options.context)
  for (const [name, value, unit] of figures) {
    const step = recordedStep(session, call, name, options.step)
    const time = recordedTime(session, call, name, options.timestamp)
    session.stream.point(name, context, nameOf(options.source), step, time, value, { unit })
  }
}

function record(session: Session, call: string, key: unknown, value: unknown, options: MetricOptions): void {
  const name = nameOf(key)
  if (name === undefined) {
    session.refuse('bad-name', 'BAD_NAME', `${call}: the key must be text that is not empty`)
    return
  }
  const length = vectorLength(value)
  const found = length === undefined ? numberOf(value) : undefined
  if (found?.kind === 'refused') {
    const text = `${call}: the value of ${name} is no number: ${found.what}; it is not recorded`
    session.refuse('not-a-number', 'NOT_A_NUMBER', text, name)
    return
  }
  if (found?.remark !== undefined)
    session.problem(found.remark.code, `${call}: the value of ${name} ${found.remark.words}`, name)
  const step = recordedStep(session, call, name, options.step)
  const time = recordedTime(session, call, name, options.timestamp)
  const [context, source] = [contextName(options.context), nameOf(options.source)]
  const put = (name: string, value: number): void =>
    void session.stream.point(name, context, source, step, time, value)
  if (found !== undefined) put(name, found.value)
  else if (length !== undefined)
    logVector(session, { call, name, context, source, step }, Object(value), length, put)
}
