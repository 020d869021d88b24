import type { HeadFile, RunHead } from '@provloom/rundir'
import { ProvloomError, limits } from '@provloom/shared'
import type { DiffAnswer, DiffRow, DiffValue } from '../answer/diff.ts'
import type { Documents } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { metricId, metricWords } from '../metric-id.ts'
import { bestOf } from '../runs/best.ts'
import { paramWords } from '../runs/query.ts'
import { statusesOf } from '../runs/row.ts'
import { codeDiff } from './code.ts'
import { environmentDiff } from './environment.ts'
import { namesOf, rowOf } from './rows.ts'

/** @throws {ProvloomError} `BAD_QUERY` for one run, or too many */
export function answerDiff(runs: readonly KnownRun[], documents: Documents): DiffAnswer {
  if (runs.length < 2 || runs.length > limits.runsComparedMax)
    throw new ProvloomError('BAD_QUERY', `${runs.length} runs cannot be compared`, {
      doing: 'compare runs',
      to: runs.map(({ name }) => name).join(', '),
      hint: `Name 2 to ${limits.runsComparedMax} runs: provloom ls shows them.`,
    })
  const heads = runs.map(({ file }) => file.head)
  return {
    runs: runs.map(({ name, file }) => ({ run: name, status: file.status, startTime: file.startTime })),
    params: paramRows(heads),
    metrics: metricRows(heads),
    notCompared: {
      params: Math.max(...heads.map((head) => head?.params.more ?? 0)),
      metrics: Math.max(...heads.map((head) => head?.metrics.more ?? 0)),
    },
    inputs: fileRows(heads, (head) => [...head.inputs.shown].filter(({ kind }) => !ofCode.has(kind))),
    outputs: fileRows(heads, (head) => head.outputs.shown),
    code: codeDiff(runs),
    environment: environmentDiff(runs, documents),
    ranks: rankRows(runs),
  }
}

/** What `code` tells. */
const ofCode: ReadonlySet<string> = new Set(['script', 'diff', 'source', 'untracked'])

type Heads = readonly (RunHead | undefined)[]

function paramRows(heads: Heads): DiffRow[] {
  const lists = heads.map((head) => new Map((head?.params.shown ?? []).map((one) => [paramWords(one), one])))
  return namesOf(lists).map((name) => {
    const several = lists.some((one) => (one.get(name)?.values ?? 1) > 1)
    return rowOf(
      name,
      lists.map((one) => one.get(name)?.value),
      several ? 'ranks logged different values; this is the first' : undefined,
    )
  })
}

/** Of the metrics that users log the best and the last value. */
function metricRows(heads: Heads): DiffRow[] {
  const lists = heads.map(
    (head) =>
      new Map(
        (head?.metrics.shown ?? [])
          .filter(({ measured }) => measured === undefined)
          .map((one) => [metricId(one), one]),
      ),
  )
  return namesOf(lists).flatMap((id) => {
    const ours = lists.map((one) => one.get(id))
    const one = ours.find((each) => each !== undefined)
    if (one === undefined) return []
    const words = metricWords(one)
    return [
      rowOf(
        `${words}, best`,
        ours.map((each) => (each === undefined ? undefined : bestOf(each))),
      ),
      rowOf(
        `${words}, last`,
        ours.map((each) => each?.last),
      ),
    ]
  })
}

/** By name: of several with one name the last one that was made. Equal where checksums are. */
function fileRows(heads: Heads, filesOf: (head: RunHead) => readonly HeadFile[]): DiffRow[] {
  const lists = heads.map(
    (head) => new Map((head === undefined ? [] : filesOf(head)).toReversed().map((one) => [one.name, one])),
  )
  return namesOf(lists).map((name) => {
    const files = lists.map((one) => one.get(name))
    const unsure = files.some((one) => one !== undefined && one.sha256 === undefined)
    return rowOf(name, files.map(fileValue), unsure ? 'equal by path and size; no checksum' : undefined)
  })
}

function fileValue(file: HeadFile | undefined): DiffValue | undefined {
  if (file === undefined) return undefined
  return file.sha256 === undefined
    ? `${file.path ?? ''} ${file.size ?? '?'} bytes`.trim()
    : `sha256 ${file.sha256}`
}

function rankRows(runs: readonly KnownRun[]): DiffRow[] {
  const seconds = ({ file }: KnownRun): number | undefined =>
    file.endTime === null ? undefined : (Date.parse(file.endTime) - Date.parse(file.startTime)) / 1000
  return [
    rowOf(
      'ranks',
      runs.map((run) =>
        Object.entries(statusesOf(run))
          .map(([status, count]) => `${count} ${status}`)
          .join(', '),
      ),
    ),
    rowOf(
      'worldSize',
      runs.map(({ file }) => file.worldSize),
    ),
    rowOf(
      'hosts',
      runs.map(({ file }) => (file.head?.hosts.shown ?? []).join(', ')),
    ),
    rowOf('seconds', runs.map(seconds)),
  ]
}
