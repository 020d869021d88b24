import path from 'node:path'
import { bestOf, extremeWord, mainMetrics } from '@provloom/reader'
import type { RunAnswer, RunMetric } from '@provloom/reader'
import { add } from '@provloom/rundir/entry'
import { printable, shellWord, shownPath } from '@provloom/shared'
import { energyWords } from '../look/energy-words.ts'
import { inLines } from '../look/in-lines.ts'
import { fileWords, findingLine, made } from '../look/run-words.ts'
import { wrapped } from '../look/table.ts'
import { reading } from '../look/words.ts'
import { bytes, count, counted, duration } from './quantity.ts'
import type { Style } from './style.ts'
import type { SummaryFacts, SummaryFile } from './summary-facts.ts'

/** Findings that are told; provloom why has them all. */
const findingsMax = 3
/** Where values begin. */
const indent = 12

type Row = readonly [name: string, words: string]

export interface SummaryLook {
  readonly style: Style
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: number
  /** What was shown of other runs: a hint that several of them have is said once. */
  readonly hinted: Set<string>
}

/**
 * What a person wants to know when a run has ended: what came out, who was there, that nothing is missing, where the files are,
 * and what to type next.
 */
export function renderSummary(known: SummaryFacts, { style, width, hinted }: SummaryLook): string {
  // Paths, which are told to be typed, are quoted as they are.
  const facts = { ...known, run: inLines(known.run) }
  const { finished, run } = facts
  const { summary, runDir } = finished
  const good = summary.status === 'completed' && summary.total.dropped === 0 && summary.problems === 0
  const status = (good ? style.good : style.bad)(summary.status)
  const took = summary.endUs === undefined ? '' : ` in ${duration((summary.endUs - summary.startUs) / 1e6)}`
  const problems = summary.problems === 0 ? '' : `, ${style.bad(counted(summary.problems, 'problem'))}`
  const rows: Row[] = [
    ...(run === undefined ? [] : metricRows(run)),
    ['ranks', ranksWords(facts)],
    ...findingRows(facts, style),
    ...(run === undefined ? [] : [...madeRows(run), ['energy', printable(energyWords(run))] as const]),
    ['events', eventsWords(facts)],
    ...summary.problemKinds.flatMap(({ code, count: times, what, try: cure }): Row[] => [
      ['problem', style.bad(`${code} ${count(times)}: ${what}`)],
      ['', `try: ${cure}`],
    ]),
    ...summary.hints.filter((text) => isNew(hinted, text)).map((text): Row => ['hint', text]),
    ['files', filesWords(facts, style)],
    ['next', nextWords(facts)],
  ]
  const lines = rows.map(([name, words]) => `  ${style.dim(name.padEnd(indent - 3))} ${words}`)
  return [
    `${style.bold(`provloom: ${printable(path.basename(runDir))}`)} ${status}${took}${problems}`,
    ...lines.flatMap((line) => wrapped(line, width, indent)),
  ].join('\n')
}

function isNew(known: Set<string>, one: string): boolean {
  return !known.has(one) && known.add(one).size > 0
}

/** The two that the run is about, in one line. */
function metricRows(run: RunAnswer): Row[] {
  const shown = mainMetrics(run.metrics).flatMap((one) => {
    const words = metricWords(one)
    return words === undefined ? [] : [{ name: printable(one.key), words }]
  })
  const [first, second] = shown
  if (first === undefined) return []
  // A name that is longer than its place has a line of its own.
  const isShort = first.name.length <= indent - 3
  const beside = second === undefined ? '' : `   ${second.name} ${second.words}`
  return isShort
    ? [[first.name, `${first.words}${beside}`]]
    : [['metrics', `${first.name} ${first.words}${beside}`]]
}

/** `2.303 → 0.705 (lowest 0.685)`; where it ended with its best: `0.743 → 0.836 (best)`. */
function metricWords(metric: RunMetric): string | undefined {
  const { key, first, last } = metric
  if (first === undefined || last === undefined) return undefined
  const best = bestOf({
    key,
    ...(metric.min === undefined ? {} : { min: metric.min }),
    ...(metric.max === undefined ? {} : { max: metric.max }),
  })
  const word = extremeWord(key)
  const value = best === undefined ? undefined : reading(best)
  const extreme = value === undefined ? '' : ` (${word}${value === reading(last) ? '' : ` ${value}`})`
  return `${reading(first)} → ${reading(last)}${extreme}`
}

function ranksWords({ finished: { summary } }: SummaryFacts): string {
  const last = new Map<number, string>(summary.ranks.map(({ rank, status }) => [rank, status]))
  for (const rank of summary.absent) if (!last.has(rank)) last.set(rank, 'never came')
  const statuses = new Map<string, number>()
  for (const status of last.values()) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  const all = Math.max(summary.worldSize ?? 0, last.size)
  const [only] = statuses
  const stood =
    statuses.size === 1 && only !== undefined
      ? `${only[1]} of ${all} ${only[0]}`
      : `${all}: ${[...statuses].map(([status, ranks]) => `${ranks} ${status}`).join(', ')}`
  const refused = summary.ranksRefused === 0 ? '' : `, ${counted(summary.ranksRefused, 'rank')} not collected`
  const conflicts = summary.conflicts === 0 ? '' : `, ${counted(summary.conflicts, 'conflict')}`
  return `${stood}${refused}${conflicts}`
}

function findingRows({ run }: SummaryFacts, style: Style): Row[] {
  if (run === undefined) return []
  const told = run.findings.filter(({ level }) => level !== 'note')
  if (told.length === 0 && run.finding !== undefined)
    return [['', findingLine({ text: run.finding.text, level: 'error' }, style)]]
  const more = told.length - findingsMax
  return [
    ...told.slice(0, findingsMax).map((one): Row => ['', findingLine(one, style)]),
    ...(more > 0 ? [['', style.dim(`and ${more} more`)] as const] : []),
  ]
}

function madeRows(run: RunAnswer): Row[] {
  const { what, files } = made(run)
  const [last] = files
  if (last === undefined) return []
  const before = files.length - 1 + run.outputsMore
  const earlier =
    before === 0 ? '' : `, ${counted(before, what === 'model' ? 'earlier version' : 'other file')}`
  return [[what === 'model' ? 'model' : 'made', `${printable(fileWords(last))}${earlier}`]]
}

function eventsWords({ finished: { summary } }: SummaryFacts): string {
  const { sent, stored, dropped } = summary.total
  const sign = sent === add(stored, dropped) ? '=' : '≠'
  return `${count(sent)} sent ${sign} ${count(stored)} stored + ${count(dropped)} dropped (${count(summary.logs)} points, parameters and files)`
}

function filesWords({ finished: { runDir }, files, valid }: SummaryFacts, style: Style): string {
  const words = files.map(({ name, size, files: inside }: SummaryFile) => {
    if (inside !== undefined) return `${name}/ ${counted(inside, 'file')}`
    if (name !== 'prov.json') return name
    const checked =
      valid === undefined ? '' : valid ? ', valid' : `, ${style.bad('not valid: provloom validate')}`
    return `${name}${size === undefined ? '' : ` ${bytes(size)}`}${checked}`
  })
  return `${shownPath(runDir)}: ${words.join('; ')}`
}

/** To be typed as it stands, where this was typed. */
function nextWords({ finished: { runDir, summary }, run }: SummaryFacts): string {
  const saveDir = shownPath(path.dirname(runDir))
  const isUsual = saveDir === 'prov'
  const name = shellWord(isUsual ? path.basename(runDir) : shownPath(runDir))
  const isAsked = summary.status !== 'completed' || (run?.findings ?? []).length > 0
  const ui = `provloom ui${isUsual ? '' : ` ${shellWord(saveDir)}`}`
  return `provloom ${isAsked ? 'why' : 'show'} ${name}    ${ui}`
}
