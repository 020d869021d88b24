/**
 * What agent and aggregator say to each other besides envelopes. Each message is one ZeroMQ frame: a MessagePack map
 * with `kind`; an envelope is a MessagePack array. docs/wire-format.md tells the conversation.
 *
 * The agent says `hello` until it is answered, sends envelopes within its credit, `heartbeat` at intervals, and `bye`
 * when everything is acknowledged. The aggregator answers `welcome` or `refused` (final), `acks`, `pulse`, `farewell`,
 * and `again` when it does not know the session (it was restarted): the agent then says hello anew.
 */
import { isAttempt, isCount, isRank, isRunId } from '../ids.ts'
import type { Attempt, Rank, RunId } from '../ids.ts'
import { messageBytesMax } from '../limits.ts'
import { pack, unpack } from './pack.ts'

export const protocolVersion = 1

/** What a rank asks for; the aggregator's own settings win. */
export interface Asked {
  readonly provUserNamespace?: string
  readonly experimentName?: string
  readonly provenanceSaveDir?: string
  readonly collectAllProcesses?: boolean
  readonly saveAfterNLogs?: number
}

export interface Hello {
  readonly kind: 'hello'
  readonly version: number
  readonly session: string
  /** Names the job on every rank alike; empty when the launcher gives none. */
  readonly jobKey: string
  /** Given when the launcher or a former welcome named the run. */
  readonly runId?: RunId
  readonly rank: Rank
  readonly attempt: Attempt
  readonly worldSize?: number
  /** The launcher will start a failed rank again, at most this often. */
  readonly restartsMax?: number
  readonly host: string
  readonly pid: number
  readonly asked: Asked
}

/** `next`: per stream the number of the first record the aggregator does not hold. */
export interface Welcome {
  readonly kind: 'welcome'
  readonly session: string
  readonly runId: RunId
  readonly runDir: string
  readonly next: Readonly<Record<string, number>>
  readonly creditBytes: number
  /** Oldest record to hold back to fill an envelope; the agent's own when absent. */
  readonly envelopeAgeMs?: number
  /** Settings that differ from what was asked, in words, for the user. */
  readonly differences: readonly string[]
}

export type RefusalReason = 'not-collected' | 'conflict' | 'version' | 'bad-hello' | 'run-ended'

export interface Refused {
  readonly kind: 'refused'
  readonly session: string
  readonly reason: RefusalReason
  readonly message: string
}

export interface Acks {
  readonly kind: 'acks'
  readonly session: string
  /** Cumulative: every record of the stream below this number is in the journal and synced. */
  readonly next: Readonly<Record<string, number>>
}

/** An envelope or message that was not accepted. `retry`: send it again later (the disk is full, say). */
export interface Rejected {
  readonly kind: 'rejected'
  readonly session: string
  readonly stream: string
  readonly next: number
  readonly retry: boolean
  readonly message: string
}

export interface Heartbeat {
  readonly kind: 'heartbeat'
  readonly session: string
  readonly sentUs: number
  /** Records in the spool and not acknowledged. */
  readonly backlog: number
}

export interface Pulse {
  readonly kind: 'pulse'
  readonly session: string
  /** The heartbeat's `sentUs`, and the aggregator's clock when it came. */
  readonly sentUs: number
  readonly receivedUs: number
}

/** Everything this session had to send is acknowledged. `final`: the rank's execution has ended. */
export interface Bye {
  readonly kind: 'bye'
  readonly session: string
  readonly final: boolean
  readonly createGraph?: boolean
  readonly createSvg?: boolean
}

export interface Farewell {
  readonly kind: 'farewell'
  readonly session: string
}

export interface Again {
  readonly kind: 'again'
  readonly session: string
}

export type AgentMessage = Hello | Heartbeat | Bye
export type AggregatorMessage = Welcome | Refused | Acks | Rejected | Pulse | Farewell | Again

export function encodeMessage(message: AgentMessage | AggregatorMessage): Buffer {
  return pack(message)
}

export type Look<T> =
  | { readonly kind: 'message'; readonly message: T }
  /** An envelope's parts, for `envelopeOf`. */
  | { readonly kind: 'envelope'; readonly parts: readonly unknown[] }
  | { readonly kind: 'bad'; readonly reason: string }

/** Reads what an agent sent; never throws. */
export function decodeAgentMessage(bytes: Uint8Array): Look<AgentMessage> {
  const value = unpack(bytes)
  if (Array.isArray(value)) return { kind: 'envelope', parts: value }
  if (bytes.length > messageBytesMax) return bad(`a message of ${bytes.length} bytes`)
  if (!isMap(value)) return bad('not a MessagePack map')
  if (!isText(value['session'], 64)) return bad('no session')
  switch (value['kind']) {
    case 'hello':
      return isHello(value)
        ? { kind: 'message', message: value }
        : bad('hello: a field is missing or of a wrong type')
    case 'heartbeat':
      return isHeartbeat(value) ? { kind: 'message', message: value } : bad('heartbeat: not well-formed')
    case 'bye':
      return isBye(value) ? { kind: 'message', message: value } : bad('bye: not well-formed')
    default:
      return bad('unknown kind of message')
  }
}

/** Reads what an aggregator sent; never throws. */
export function decodeAggregatorMessage(bytes: Uint8Array): Look<AggregatorMessage> {
  if (bytes.length > messageBytesMax) return bad(`a message of ${bytes.length} bytes`)
  const value = unpack(bytes)
  if (!isMap(value) || !isText(value['session'], 64)) return bad('not a message')
  return isAggregatorMessage(value)
    ? { kind: 'message', message: value }
    : bad('unknown or malformed message')
}

function isHello(value: object): value is Hello {
  const m = fieldsOf(value)
  return (
    isCount(m['version']) &&
    isText(m['jobKey'], 512) &&
    (m['runId'] === undefined || isRunId(m['runId'])) &&
    isRank(m['rank']) &&
    isAttempt(m['attempt']) &&
    optional(m['worldSize'], isCount) &&
    optional(m['restartsMax'], isCount) &&
    isText(m['host'], 255) &&
    isCount(m['pid']) &&
    isMap(m['asked']) &&
    isAsked(m['asked'])
  )
}

function isAsked(m: Readonly<Record<string, unknown>>): boolean {
  return (
    optional(m['provUserNamespace'], (v) => isText(v, 2048)) &&
    optional(m['experimentName'], (v) => isText(v, 512) && v !== '') &&
    optional(m['provenanceSaveDir'], (v) => isText(v, 4096)) &&
    optional(m['collectAllProcesses'], (v) => typeof v === 'boolean') &&
    optional(m['saveAfterNLogs'], (v) => isCount(v) && v > 0)
  )
}

function isHeartbeat(value: object): value is Heartbeat {
  const m = fieldsOf(value)
  return isCount(m['sentUs']) && isCount(m['backlog'])
}

function isBye(value: object): value is Bye {
  const m = fieldsOf(value)
  return (
    typeof m['final'] === 'boolean' && optional(m['createGraph'], isFlag) && optional(m['createSvg'], isFlag)
  )
}

function isAggregatorMessage(value: object): value is AggregatorMessage {
  const m = fieldsOf(value)
  switch (m['kind']) {
    case 'welcome':
      return (
        isRunId(m['runId']) &&
        isText(m['runDir'], 4096) &&
        isNumbers(m['next']) &&
        isCount(m['creditBytes']) &&
        optional(m['envelopeAgeMs'], isCount) &&
        Array.isArray(m['differences'])
      )
    case 'refused':
      return isText(m['reason'], 64) && isText(m['message'], 4096)
    case 'acks':
      return isNumbers(m['next'])
    case 'rejected':
      return isText(m['stream'], 64) && isCount(m['next']) && isFlag(m['retry']) && isText(m['message'], 4096)
    case 'pulse':
      return isCount(m['sentUs']) && isCount(m['receivedUs'])
    case 'farewell':
    case 'again':
      return true
    default:
      return false
  }
}

function isNumbers(value: unknown): value is Record<string, number> {
  return isMap(value) && Object.values(value).every(isCount)
}

function optional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value)
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length <= lengthMax
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

function fieldsOf(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value))
}

function bad(reason: string): { readonly kind: 'bad'; readonly reason: string } {
  return { kind: 'bad', reason }
}
