import fs from 'node:fs'
import { exactJson, isCount, isRunId, parseExactJson, writeDurably } from '@provloom/shared'
import type { Files, RunId } from '@provloom/shared'
import type { Part, RunSettings } from './entry/entry.ts'
import type { RunHead } from './entry/head.ts'
import type { Ledger, ProblemKind, RankSummary, RunSummary } from './entry/summary.ts'
import { isMap } from './is-map.ts'
import { filesOf } from './layout.ts'
import { isRunSettings } from './run-facts.ts'
import type { RunFacts } from './run-facts.ts'

/** run.json: who a run is, its settings, its ledger per rank and in total, its head, its files. */
export interface RunFile {
  readonly format: 1
  readonly runId: RunId
  readonly finished: boolean
  /** Of the aggregator that has the run; absent when it is finished. */
  readonly connectionFile?: string
  readonly status: RunSummary['status']
  /** ISO 8601, UTC. */
  readonly startTime: string
  readonly endTime: string | null
  readonly jobKey: string
  readonly ordinal: number
  readonly runName?: string
  readonly number: number
  readonly settings: RunSettings
  readonly worldSize: number | null
  /** The last journal entry that the ledger holds. */
  readonly journalPosition: number
  readonly logs: number
  /** All of them, as the graph counts them; by kind, what that is and what to try. */
  readonly problems: number
  readonly problemKinds: readonly ProblemKind[]
  /** What users may want to know, though nothing is amiss. */
  readonly hints: readonly string[]
  readonly ledger: {
    readonly total: Ledger
    readonly ranksRefused: number
    readonly conflicts: number
    /** Ranks of the known world that never came. */
    readonly absent: readonly number[]
    readonly ranks: readonly RankSummary[]
  }
  /** Absent before the first flush. */
  readonly head?: RunHead
  /** The Parquet parts that hold metric points; what is not in them is in the journal. */
  readonly parts: readonly Part[]
  /** Relative to the run directory. */
  readonly files: readonly string[]
}

export interface RunFileFacts {
  readonly summary: RunSummary
  readonly head?: RunHead
  /** The last journal entry that the ledger holds. */
  readonly journalPosition: number
  readonly finished: boolean
  /** Of the aggregator that has the run, unless it is finished. */
  readonly connectionFile?: string
  /** Relative to the run directory; there when the run is finished. */
  readonly files: readonly string[]
}

/** Rewrites run.json, durably. */
export async function writeRunFile(files: Files, run: RunFacts, facts: RunFileFacts): Promise<void> {
  const { summary } = facts
  const content: RunFile = {
    format: 1,
    runId: run.runId,
    finished: facts.finished,
    ...(facts.connectionFile === undefined ? {} : { connectionFile: facts.connectionFile }),
    status: summary.status,
    startTime: timeOf(summary.startUs),
    endTime: summary.endUs === undefined ? null : timeOf(summary.endUs),
    jobKey: run.jobKey,
    ordinal: run.ordinal,
    ...(run.runName === undefined ? {} : { runName: run.runName }),
    number: run.number,
    settings: run.settings,
    worldSize: summary.worldSize ?? null,
    journalPosition: facts.journalPosition,
    logs: summary.logs,
    problems: summary.problems,
    problemKinds: summary.problemKinds,
    hints: summary.hints,
    ledger: {
      total: summary.total,
      ranksRefused: summary.ranksRefused,
      conflicts: summary.conflicts,
      absent: summary.absent,
      ranks: summary.ranks,
    },
    ...(facts.head === undefined ? {} : { head: facts.head }),
    parts: summary.parts,
    files: facts.files,
  }
  const text = `${rendered(content)}\n`
  await writeDurably(files, filesOf(run.runDir).runJson, [Buffer.from(text, 'utf8')], 'umask')
}

/** For people to read; but the head, which is for programs, in one line. */
function rendered(content: RunFile): string {
  const { head } = content
  if (head === undefined) return exactJson(content, 2)
  const mark = 'head'
  return exactJson({ ...content, head: mark }, 2).replace(
    `"head": ${JSON.stringify(mark)}`,
    () => `"head": ${exactJson(head)}`,
  )
}

/** @throws an Error that says why not: there is none, it cannot be read, it is of another format */
export function readRunFile(runDir: string): RunFile {
  const file = filesOf(runDir).runJson
  // Of a pipe or a device there would be no end.
  if (!fs.statSync(file).isFile()) throw new Error('run.json is no file')
  const text = fs.readFileSync(file, 'utf8')
  const value: unknown = parseExactJson(text)
  if (!isRunFile(value)) throw new Error(whyNoRunFile(value))
  const head = asDoubles(value.head)
  return isHead(head) ? { ...value, head } : value
}

function whyNoRunFile(value: unknown): string {
  const format = isMap(value) ? Number(value['format']) : NaN
  return format > 1
    ? `it is of format ${format}, of a newer version of Provloom`
    : 'it is no run.json of format 1'
}

/** A head's numbers are doubles, which may look like integers of any size; those of the ledger are counts. */
function asDoubles(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(asDoubles)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asDoubles(one)]))
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'

const fieldChecks: { readonly [Name in keyof Required<RunFile>]: Check } = {
  format: (value) => value === 1,
  runId: isRunId,
  finished: (value) => typeof value === 'boolean',
  connectionFile: (value) => value === undefined || isText(value),
  status: isText,
  startTime: isText,
  endTime: (value) => value === null || isText(value),
  jobKey: isText,
  ordinal: isCount,
  runName: (value) => value === undefined || isText(value),
  number: isCount,
  settings: isRunSettings,
  worldSize: (value) => value === null || isCount(value),
  journalPosition: Number.isSafeInteger,
  logs: isCount,
  problems: isCount,
  problemKinds: Array.isArray,
  hints: Array.isArray,
  ledger: (value) => isMap(value) && isMap(value['total']) && Array.isArray(value['ranks']),
  head: (value) => value === undefined || isHead(value),
  parts: (value) => Array.isArray(value) && value.every(isPart),
  files: (value) => Array.isArray(value) && value.every(isText),
}

/** We wrote it; what is looked at is that this version knows the shape of its lists. */
function isHead(value: unknown): value is RunHead {
  return (
    isMap(value) && ['hosts', 'params', 'metrics', 'inputs', 'outputs'].every((name) => isShown(value[name]))
  )
}

function isPart(value: unknown): boolean {
  return (
    isMap(value) &&
    isText(value['file']) &&
    isCount(value['rows']) &&
    isCount(value['bytes']) &&
    isText(value['sha256'])
  )
}

function isShown(value: unknown): boolean {
  return isMap(value) && Array.isArray(value['shown']) && isCount(value['more'])
}

function isRunFile(value: unknown): value is RunFile {
  return isMap(value) && Object.entries(fieldChecks).every(([name, check]) => check(value[name]))
}

function timeOf(us: number): string {
  return new Date(us / 1000).toISOString()
}
