import { isAttempt, isCount, isRank, isRunId, machineId } from '../ids.ts'
import { messageBytesMax, streamsPerRankMax } from '../limits.ts'
import { protocolVersion } from './message.ts'
import type { AgentMessage, AggregatorMessage } from './message.ts'
import { fieldsOf } from '../fields.ts'
import { unpack } from './pack.ts'

export type Look<T> =
  | { readonly kind: 'message'; readonly message: T }
  /** An envelope's parts, for `envelopeOf`. */
  | { readonly kind: 'envelope'; readonly parts: readonly unknown[] }
  /** A hello of another version of the protocol: to be refused by name, whatever else is in it. */
  | { readonly kind: 'foreign'; readonly session: string; readonly version: number }
  | { readonly kind: 'bad'; readonly reason: string }

type Check = (value: unknown) => boolean
type Fields<Message extends { readonly kind: string }> = {
  readonly [Kind in Message['kind']]: {
    readonly [Name in Exclude<keyof Extract<Message, { kind: Kind }>, 'kind' | 'session'>]-?: Check
  }
}

/** Reads what an agent sent; never throws. */
export function decodeAgentMessage(bytes: Uint8Array): Look<AgentMessage> {
  const value = unpack(bytes)
  if (Array.isArray(value)) return { kind: 'envelope', parts: value }
  if (bytes.length > messageBytesMax) return bad(`a message of ${bytes.length} bytes`)
  if (!isMap(value)) return bad('not a MessagePack map')
  const { kind, session, version } = value
  if (kind === 'hello' && isCount(version) && version !== protocolVersion && isSession(session)) {
    return { kind: 'foreign', session, version }
  }
  if (!isAgents(value)) return bad(whatIsWrong(value, agentFields))
  const message = value.kind === 'hello' ? { ...value, hostId: machineId(value.hostId) } : value
  return { kind: 'message', message }
}

/** Reads what an aggregator sent; never throws. */
export function decodeAggregatorMessage(bytes: Uint8Array): Look<AggregatorMessage> {
  if (bytes.length > messageBytesMax) return bad(`a message of ${bytes.length} bytes`)
  const value = unpack(bytes)
  if (!isMap(value)) return bad('not a MessagePack map')
  return isAggregators(value)
    ? { kind: 'message', message: value }
    : bad(whatIsWrong(value, aggregatorFields))
}

type Table = Readonly<Record<string, Readonly<Record<string, Check>>>>

function isAgents(value: object): value is AgentMessage {
  return whatIsWrong(value, agentFields) === ''
}

function isAggregators(value: object): value is AggregatorMessage {
  return whatIsWrong(value, aggregatorFields) === ''
}

/** In words, the first thing that does not fit; empty when all does. */
function whatIsWrong(value: object, table: Table): string {
  const fields = fieldsOf(value)
  if (!isSession(fields.get('session'))) return 'no session'
  const kind = fields.get('kind')
  const checks = typeof kind === 'string' && Object.hasOwn(table, kind) ? table[kind] : undefined
  if (checks === undefined) return 'unknown kind of message'
  for (const [name, check] of Object.entries(checks)) {
    if (!check(fields.get(name))) return `${String(kind)}: ${name} is missing or of a wrong type`
  }
  return ''
}

const status = word('completed', 'failed', 'killed', 'lost', 'incomplete')

const agentFields: Fields<AgentMessage> = {
  hello: {
    version: isCount,
    agent: text(64),
    worker: text(255),
    jobKey: text(512),
    runId: optional(isRunId),
    newRunId: optional(isRunId),
    informedBy: optional(isRunId),
    admitted: optional(isRunId),
    rank: isRank,
    attempt: isAttempt,
    rankToldBy: word('call', 'library', 'launcher', 'alone'),
    ordinal: isRank,
    runName: optional(text(512)),
    worldSize: optional(isCount),
    restartsMax: optional(isCount),
    restarts: optional(word('all', 'one')),
    host: text(255),
    hostId: text(64),
    pid: isCount,
    startedUs: isCount,
    silent: optional(isFlag),
    watches: optional(word('can', 'does', 'began')),
    asked: isAsked,
  },
  heartbeat: { sentUs: isCount, backlog: isCount, closing: optional(isFlag) },
  bye: {
    final: isFlag,
    ledger: isLedger,
    ledgerClosed: isFlag,
    createGraph: optional(isFlag),
    createSvg: optional(isFlag),
    kept: optional(shape({ records: isCount, folder: text(4096), reason: text(8192) })),
  },
  present: {
    agent: text(64),
    jobKey: text(512),
    rank: optional(isRank),
    attempt: optional(isAttempt),
    worldSize: optional(isCount),
    silent: isFlag,
  },
  gone: { agent: text(64), jobKey: text(512), idle: optional(isFlag), ends: list(isPlaceEnd) },
  retired: { ledger: isLedger },
  exit: { time: isCount, exitCode: optional(Number.isSafeInteger), signal: optional(text(32)) },
}

const aggregatorFields: Fields<AggregatorMessage> = {
  welcome: {
    runId: isRunId,
    runDir: text(4096),
    rank: isRank,
    attempt: isAttempt,
    ordinal: isCount,
    next: isNumbers,
    creditBytes: isCount,
    envelopeAgeMs: optional(isCount),
    watch: optional(isFlag),
    differences: list(text(4096)),
  },
  refused: { reason: text(64), message: text(4096) },
  later: { message: text(4096), tell: optional(isFlag) },
  acks: { next: isNumbers },
  rejected: { stream: text(64), next: isCount, retry: isFlag, message: text(8192), tell: optional(isFlag) },
  pulse: { sentUs: isCount, receivedUs: isCount, watch: optional(isFlag) },
  settled: {
    runDir: text(4096),
    ended: isFlag,
    status: word('completed', 'failed', 'killed', 'lost', 'incomplete', 'running'),
    logs: isCount,
    missing: list(isCount),
    told: list(text(4096)),
    absent: list(isCount),
  },
  farewell: {},
  again: {},
}

function isAsked(value: unknown): boolean {
  return shape({
    provUserNamespace: optional(text(2048)),
    experimentName: optional((one) => text(512)(one) && one !== ''),
    provenanceSaveDir: optional(text(4096)),
    collectAllProcesses: optional(isFlag),
    saveAfterNLogs: optional((one) => isCount(one) && one > 0),
  })(value)
}

function isPlaceEnd(value: unknown): boolean {
  return shape({
    rank: isRank,
    attempt: isAttempt,
    turn: optional(
      shape({
        experimentName: optional(text(512)),
        runName: optional(text(512)),
        ordinal: isRank,
        runId: optional(isRunId),
      }),
    ),
    status,
    endUs: optional(isCount),
    exitCode: optional(Number.isSafeInteger),
    signal: optional(text(32)),
    error: optional(text(8192)),
  })(value)
}

function isLedger(value: unknown): boolean {
  if (!isMap(value)) return false
  const streams = Object.values(value)
  return streams.length <= streamsPerRankMax && streams.every(shape({ next: isCount, drops: isNumbers }))
}

function isNumbers(value: unknown): boolean {
  return isMap(value) && Object.values(value).every(isCount)
}

function isSession(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 64
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean'
}

function shape(checks: Readonly<Record<string, Check>>): Check {
  return (value) => isMap(value) && Object.entries(checks).every(([name, check]) => check(value[name]))
}

function list(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value)
}

function word(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value)
}

function text(lengthMax: number): Check {
  return (value) => typeof value === 'string' && value.length <= lengthMax
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

function bad(reason: string): { readonly kind: 'bad'; readonly reason: string } {
  return { kind: 'bad', reason }
}
