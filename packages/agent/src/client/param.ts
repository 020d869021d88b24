import fs from 'node:fs'
import { keep } from './keep.ts'
import { contextName } from './context-name.ts'
import { withSession } from './which.ts'
import { withOptions } from './with-options.ts'
import { nameOf } from './name.ts'
import { pairsOf } from './pairs.ts'
import { present } from './present.ts'
import type { Session } from './session.ts'
import { typed } from './value.ts'

export interface ParamOptions {
  readonly context?: string
  readonly source?: string
  readonly isInput?: boolean
}

export interface EndpointOptions {
  /** input_0, input_1, ... when absent. */
  readonly name?: string
  readonly context?: string
  readonly source?: string
  readonly step?: number
}

/**
 * Records a parameter with its type: number, bigint, boolean, text, null, Date, or JSON for what has parts, at most
 * 64 KiB of it. No getter, `toString`, `toJSON` or iterator of a value is called.
 */
export function logParam(key: string, value: unknown, options: ParamOptions = {}): void {
  withOptions('logParam', options, (session, options) => record(session, 'logParam', key, value, options))
}

/** Records several parameters: an object's own, or a Map's. */
export function logParams(
  params: Readonly<Record<string, unknown>> | ReadonlyMap<unknown, unknown>,
  options: ParamOptions = {},
): void {
  withOptions('logParams', options, (session, options) => {
    for (const [key, value] of pairsOf(session, 'logParams', params))
      record(session, 'logParams', key, value, options)
  })
}

/** Records something that the run used: a file by its path, else a value. */
export function logInput(value: unknown, options: EndpointOptions = {}): void {
  withOptions('logInput', options, (session, options) =>
    endpoint(session, 'logInput', 'input', value, options),
  )
}

/** Records something that the run made: a file by its path, else a value. */
export function logOutput(value: unknown, options: EndpointOptions = {}): void {
  withOptions('logOutput', options, (session, options) =>
    endpoint(session, 'logOutput', 'output', value, options),
  )
}

/** Records when the work itself begins, as the parameter execution_start_time. */
export function logExecutionStartTime(): void {
  withSession('logExecutionStartTime', (session) =>
    record(session, 'logExecutionStartTime', 'execution_start_time', new Date(), {}),
  )
}

/** Records when the work itself ends, as the parameter execution_end_time. */
export function logExecutionEndTime(): void {
  withSession('logExecutionEndTime', (session) =>
    record(session, 'logExecutionEndTime', 'execution_end_time', new Date(), {}),
  )
}

function endpoint(
  session: Session,
  call: string,
  direction: 'input' | 'output',
  value: unknown,
  options: EndpointOptions,
): void {
  const name = nameOf(options.name) ?? `${direction}_${session.count(direction)}`
  if (typeof value === 'string' && fs.existsSync(value)) {
    keep(session, call, name, value, { ...options, kind: direction, role: direction, copy: true })
    return
  }
  record(session, call, name, value, options, direction)
}

function record(
  session: Session,
  call: string,
  key: unknown,
  value: unknown,
  options: ParamOptions,
  direction: 'input' | 'output' | undefined = options.isInput === true ? 'input' : undefined,
): void {
  const name = nameOf(key)
  if (name === undefined) {
    session.refuse('bad-name', 'BAD_NAME', `${call}: the key must be text that is not empty`, call)
    return
  }
  const { context, source } = options
  const { remark, ...found } = typed(value)
  if (remark !== undefined)
    session.problem(remark.code, `${call}: the value of ${name} ${remark.words}`, name)
  session.record({
    type: 'param',
    key: name,
    ...found,
    ...present({ context: contextName(context), source: nameOf(source), direction }),
  })
}
