import type { HeadFile } from '@provloom/rundir'
import { bestOf, extremeWord, isLessBetter } from '@provloom/reader'
import type { RanksAnswer, Reader, RunAnswer, RunMetric, RunParam } from '@provloom/reader'
import { exitCode, printable } from '@provloom/shared'
import { inLines } from '../look/in-lines.ts'
import { printJson, readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import { shortened, terminalWidth, wrapped } from '../look/table.ts'
import { energyWords, otherEnergyLines } from '../look/energy-words.ts'
import {
  fileWords,
  findingLine,
  findingsBeside,
  hostWords,
  ledgerWords,
  lifeWords,
  quietWords,
  made,
} from '../look/run-words.ts'
import {
  commitWords,
  exact,
  moment,
  ranges,
  reading,
  seconds,
  statusName,
  statusWords,
  unreadWords,
  value,
} from '../look/words.ts'
import { count, counted, duration } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'

const metricsMax = 4
const filesMax = 4
/** Of a parameter that ranks have not alike. */
const valuesMax = 4
/** Where values begin. */
const indent = 13

type Row = readonly [name: string, words: string]

/** `provloom show [RUN]`. */
export async function show(run: string | undefined, given: Given): Promise<number> {
  const reader = readerFor(given)
  const isJson = given['json'] === true
  const answer = await reader.run(run, isJson ? { limit: Number.MAX_SAFE_INTEGER } : {})
  if (isJson) printJson(answer)
  else process.stdout.write(await shownText(reader, answer, terminalWidth()))
  return exitCode.ok
}

/** What `show` prints of a run, with its last line break. */
export async function shownText(reader: Reader, answer: RunAnswer, width: number): Promise<string> {
  const style = styleFor(process.stdout)
  const run = inLines(answer)
  const rows = rowsOf(run, inLines(await reader.ranks(answer.directory)), style)
  const lines = [
    headline(run, style),
    ...rows.map(([name, words]) => `  ${style.dim(name.padEnd(10))} ${printable(words)}`),
    ...lastLines(run, style),
  ]
  return `${lines.flatMap((line) => wrapped(line, width, indent)).join('\n')}\n`
}

function headline(run: RunAnswer, style: Style): string {
  const took = seconds(run.startTime, run.endTime)
  const how = took === undefined ? '' : ` in ${duration(took)}`
  const who = [...run.users, ...(run.command === undefined ? [] : [run.command.join(' ')])].join(', ')
  const status = statusWords(run.status, style, how)
  return `${style.bold(printable(run.run))}  ${status}    ${moment(run.startTime)} UTC    ${printable(who)}`
}

function rowsOf(run: RunAnswer, ranks: RanksAnswer, style: Style): Row[] {
  const logged = run.metrics.filter(({ measured }) => measured !== true)
  const more = logged.length - metricsMax + Math.max(0, run.metricsTotal - run.metrics.length)
  const life = lifeWords(run, Date.now())
  const rows: Row[] = [
    ['', life === '' ? '' : `▲ ${life}`],
    ['', quietWords(run, Date.now())],
    ['ranks', ranksWords(run)],
    ...stoppedRows(ranks),
    ...logged.slice(0, metricsMax).map((one): Row => [shortened(one.key), metricWords(one)]),
    ...(logged.length === 0 ? [['metrics', 'none were logged'] as const] : []),
    ...(more > 0 ? [['', `${counted(more, 'further metric')}: --json has them`] as const] : []),
    ['params', paramsWords(run)],
    ...run.inputs
      .filter(isData)
      .slice(0, filesMax)
      .map((one): Row => ['data', fileWords(one)]),
    ['code', `${commitWords(run.source)}${codeWords(run)}    environment ${environmentWords(run)}`],
    ...modelRows(run),
    ['energy', energyWords(run)],
    ...otherEnergyLines(run).map((words): Row => ['', words]),
    ['events', ledgerWords(run.ledger)],
    ...run.problems.kinds.map((kind): Row => [
      'problem',
      style.bad(`${kind.code} ${count(kind.count)}: ${kind.what}`),
    ]),
    ...run.unread.map((one): Row => ['unread', style.bad(unreadWords(one))]),
    ...run.hints.map((hint): Row => ['hint', hint]),
  ]
  return rows.filter(([, words]) => words !== '')
}

function ranksWords(run: RunAnswer): string {
  const { ranks, worldSize } = run
  const total = Object.values(ranks).reduce((sum, one) => sum + one, 0)
  const by = Object.entries(ranks).map(([status, number]) => `${number} ${statusName(status)}`)
  const [first] = by
  const stood =
    by.length === 1 && first !== undefined
      ? `${total} of ${worldSize ?? total} ${statusName(Object.keys(ranks)[0] ?? '')}`
      : `${total} (${by.join(', ')})`
  const where = hostWords(run)
  return where === '' ? stood : `${stood}, ${where}`
}

/** Of ranks that did not end well, those that ended alike together. */
function stoppedRows({ columns }: RanksAnswer): Row[] {
  const alike = new Map<string, number[]>()
  for (const [i, status] of columns.status.entries()) {
    if (status === 'completed' || status === 'running' || status === 'unseen') continue
    const how = columns.error[i] || columns.signal[i] || ''
    const words = `${status}${how === '' ? '' : `: ${how}`}`
    alike.set(words, [...(alike.get(words) ?? []), columns.rank[i]!])
  }
  return [...alike]
    .slice(0, filesMax)
    .map(([words, ranks]) => ['', `rank ${ranges(ranks)} ${words}`] as const)
}

function metricWords(metric: RunMetric): string {
  const { key, context, first, last, ranks, points, firstStep, lastStep } = metric
  if (first === undefined || last === undefined)
    return `${counted(points, 'point')} of ${counted(ranks, 'rank')}`
  const best = bestOf({
    key,
    ...(metric.min === undefined ? {} : { min: metric.min }),
    ...(metric.max === undefined ? {} : { max: metric.max }),
  })
  const at = isLessBetter(key) ? metric.minStep : metric.maxStep
  const word = extremeWord(key)
  const extreme = best === undefined ? 'no finite value' : `${word} ${reading(best)} at step ${value(at)}`
  const steps = `steps ${value(firstStep)} to ${value(lastStep)}`
  const of = ranks > 1 ? `, ${ranks % 2 === 0 ? 'lower median' : 'median'} of ${ranks}` : ''
  return `${reading(first)} → ${reading(last)}   ${extreme}    ${[context, steps].filter((one) => one !== undefined).join(', ')}${of}`
}

function paramsWords({ params, paramsMore }: RunAnswer): string {
  const shown = params.map(
    ({ name, value: one, conflict, apart }) =>
      `${shortened(name)} ${shortened(exact(one))}${conflict ? ` ▲ differs${apartWords(apart)}` : ''}`,
  )
  return [...shown, ...(paramsMore > 0 ? [`${paramsMore} more`] : [])].join(', ')
}

/** ` (3 on rank 3, 7 on ranks 0-2)` */
function apartWords(apart: RunParam['apart']): string {
  if (apart === undefined) return ''
  const told = apart
    .slice(0, valuesMax)
    .map(
      ({ value: one, ranks }) =>
        `${shortened(one)} on ${ranks.length === 1 ? 'rank' : 'ranks'} ${ranges(ranks)}`,
    )
  const more = apart.length > valuesMax ? ', …' : ''
  return ` (${told.join('; ')}${more})`
}

const code: ReadonlySet<string> = new Set(['script', 'diff', 'source', 'untracked'])

function isData({ kind }: HeadFile): boolean {
  return !code.has(kind)
}

function codeWords({ source, inputs }: RunAnswer): string {
  if (source?.dirty !== true) return ''
  const kept = inputs.some(({ kind, stored }) => kind === 'diff' && stored !== undefined)
  return kept ? ' changed, code/ has the diff' : ' changed (the diff is not kept)'
}

function environmentWords({ environment, worldSize, unread }: RunAnswer): string {
  const [first, ...others] = environment
  if (first === undefined) return unread.some(({ of }) => of === 'graph') ? 'unread' : 'not told'
  const packages = counted(first.packages.length + first.packagesMore, 'package')
  const asked =
    worldSize === null || first.ranks >= worldSize ? '' : ` (of ${first.ranks} of ${worldSize} ranks)`
  const apart = others.length === 0 ? '' : `   ▲ ${counted(others.length, 'other')} on other ranks`
  return `${first.version ?? first.interpreter ?? '?'}, ${packages}${asked}${apart}`
}

function modelRows(run: RunAnswer): Row[] {
  const { what, files } = made(run)
  const [last, ...before] = files
  if (last === undefined) return []
  const names = before.slice(0, filesMax).map(({ name }) => name)
  const more = before.length - names.length + run.outputsMore
  const earlier =
    names.length === 0 ? '' : `    before it: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [[what, `${fileWords(last)}${earlier}`]]
}

function lastLines(run: RunAnswer, style: Style): string[] {
  const { finding } = run
  const findings = findingsBeside(run)
  if (findings.length > 0) return findings.map((one) => `  ${findingLine(one, style)}`)
  return finding === undefined ? [] : [style.bad(`  ▲ ${printable(finding.text)}`)]
}
