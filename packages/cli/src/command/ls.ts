import fs from 'node:fs'
import { bestOf, isLessBetter, metricWords } from '@provloom/reader'
import type { RowMetric, RunRow, RunsAnswer } from '@provloom/reader'
import { ProvloomError, exitCode, printable } from '@provloom/shared'
import { inLines } from '../look/in-lines.ts'
import { printJson, readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import { roughly } from '../look/pace-words.ts'
import { table, terminalWidth } from '../look/table.ts'
import type { Column } from '../look/table.ts'
import { commitWords, exact, firstOf, moment, seconds, statusWords, value } from '../look/words.ts'
import { bytes, counted, duration } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'

/** Metrics beside the one that is sorted by. */
const metricsMax = 2
const paramsMax = 6

/** `provloom ls [QUERY...]`. */
export async function ls(words: readonly string[], given: Given): Promise<number> {
  const [first, ...rest] = words
  const isDir = given['dir'] === undefined && first !== undefined && isDirectory(first)
  const reader = readerFor(isDir ? { ...given, dir: first } : given)
  const { sort, limit, after, size } = given
  const answer = await reader.runs({
    query: queryOf(isDir ? rest : words),
    ...(typeof sort === 'string' ? { sort } : {}),
    ...(typeof limit === 'string' ? { limit: Number(limit) } : {}),
    ...(typeof after === 'string' ? { after } : {}),
    size: size === true,
  })
  if (given['json'] === true) printJson(answer)
  else process.stdout.write(`${rendered(inLines(answer), sortIn(words, sort)).join('\n')}\n`)
  return exitCode.ok
}

/**
 * Conditions as they were typed: `-status:failed` is one, and no option; of what the shell gave as one word, `experiment:my
 * run`, say, or `status:failed lr>0.1`, the first is one condition, whose value holds a space, the second two.
 */
function queryOf(words: readonly string[]): string {
  const option = words.find((word) => word.startsWith('--'))
  if (option !== undefined)
    throw new ProvloomError('UNKNOWN_OPTION', `Unknown option ${option}`, {
      doing: 'read the command line',
      to: option,
      hint: 'See --help for what there is.',
    })
  return words
    .map((word) => (/^[^\s"]*[:<>=][^"]*$/.test(word) && isOne(word) ? `"${word}"` : word))
    .join(' ')
}

function isOne(word: string): boolean {
  const [, ...more] = word.split(/\s+/)
  return more.length > 0 && !more.some((part) => part.startsWith('-') || /[:<>=]/.test(part))
}

function isDirectory(word: string): boolean {
  return fs.statSync(word, { throwIfNoEntry: false })?.isDirectory() === true
}

function sortIn(words: readonly string[], given: string | boolean | undefined): string | undefined {
  if (typeof given === 'string') return given
  return words.findLast((word) => word.startsWith('sort:'))?.slice('sort:'.length)
}

function rendered(answer: RunsAnswer, sort: string | undefined): string[] {
  const style = styleFor(process.stdout)
  const { runs, matched, total } = answer
  if (total === 0 && answer.unreadable.length === 0)
    return ['no runs here yet. Make one: provloom run -n 4 -- python train.py']
  const differing = paramsThatDiffer(runs)
  const lines =
    runs.length === 0 ? [] : table(columnsOf(runs, differing.apart, sort, style), terminalWidth(), style.dim)
  const more = answer.cursor === undefined ? '' : `; the next page: --after ${answer.cursor}`
  const equal =
    differing.alike.length === 0 || runs.length < 2 ? '' : `; equal in all: ${firstOf(differing.alike)}`
  const shown =
    runs.length < matched ? `${runs.length} of ${matched} that match, of ${total}` : `${matched} of ${total}`
  return [
    ...lines,
    printable(`${shown} runs${equal}${more}`),
    ...(answer.unknown.length === 0
      ? []
      : [
          style.bad(
            printable(
              `no run has a parameter or metric ${answer.unknown.join(', ')}${abridgedWords(answer)}`,
            ),
          ),
        ]),
    ...answer.unreadable.map(({ run, reason }) => style.bad(printable(`${run} cannot be read: ${reason}`))),
  ]
}

function abridgedWords({ abridged }: RunsAnswer): string {
  if (abridged === 0) return ''
  const runs = `${counted(abridged, 'run')} ${abridged === 1 ? 'has' : 'have'}`
  return ` among those that its record names; ${runs} more of them than that`
}

/** Parameters by name that are not alike in all runs, and the others with their value. */
function paramsThatDiffer(runs: readonly RunRow[]): { readonly apart: string[]; readonly alike: string[] } {
  const names = [...new Set(runs.flatMap(({ params }) => Object.keys(params)))]
  const isAlike = (name: string): boolean =>
    runs.every(({ params }) => params[name] === runs[0]?.params[name])
  return {
    apart: names.filter((name) => !isAlike(name)).slice(0, paramsMax),
    alike: names.filter(isAlike).map((name) => `${name} ${exact(runs[0]?.params[name])}`),
  }
}

function columnsOf(
  runs: readonly RunRow[],
  params: readonly string[],
  sort: string | undefined,
  style: Style,
): Column[] {
  const column = (title: string, of: (run: RunRow) => string, more: Partial<Column> = {}): Column => ({
    title: `${title}${arrowFor(title, sort)}`,
    cells: runs.map(of),
    ...more,
  })
  const right = { right: true }
  return [
    column('run', ({ run }) => style.bold(printable(run))),
    column('status', (run) => statusOf(run, style)),
    column('started', ({ startTime }) => moment(startTime), { leave: 4 }),
    column('took', (run) => tookWords(run), { ...right, leave: 5 }),
    column('ranks', ({ ranks }) => String(Object.values(ranks).reduce((sum, count) => sum + count, 0)), {
      ...right,
      leave: 6,
    }),
    ...params.map((name) =>
      column(printable(name), ({ params }) => printable(exact(params[name])), { ...right, leave: 2 }),
    ),
    ...metricsShown(runs, sort).map(({ title, of }) =>
      column(title, of, { ...right, leave: title === keyOf(sort) ? 0 : 1 }),
    ),
    ...(runs.some(({ model }) => model !== undefined) ? [column('model', modelWords, { leave: 3 })] : []),
    column('code', ({ source }) => commitWords(source), { leave: 7 }),
    ...(runs.some(({ size }) => size !== undefined)
      ? [column('size', ({ size }) => (size === undefined ? '' : bytes(size.total)), right)]
      : []),
  ]
}

/** `softmax_2.pkl 09d2ad` */
function modelWords({ model }: RunRow): string {
  if (model === undefined) return '–'
  return printable(`${model.name}${model.sha256 === undefined ? '' : ` ${model.sha256.slice(0, 6)}`}`)
}

function keyOf(sort: string | undefined): string | undefined {
  return sort?.replace(/^-/, '')
}

function arrowFor(title: string, sort: string | undefined): string {
  return title === keyOf(sort) ? (sort?.startsWith('-') === true ? '↓' : '↑') : ''
}

/** The one that is sorted by, by its best; then those that stand first in most runs' records, of a loss its last value, else its best. */
function metricsShown(
  runs: readonly RunRow[],
  sort: string | undefined,
): { readonly title: string; readonly of: (run: RunRow) => string }[] {
  const ids = [
    ...new Set(
      runs.flatMap(({ metrics }) =>
        Object.entries(metrics).flatMap(([id, { measured }]) => (measured === true ? [] : [id])),
      ),
    ),
  ]
  const named = (id: string): RowMetric | undefined =>
    runs.find(({ metrics }) => metrics[id] !== undefined)?.metrics[id]
  const sorted = ids.find((id) => isNamed(named(id), keyOf(sort)))
  const shown = [...new Set([...(sorted === undefined ? [] : [sorted]), ...ids])].slice(0, metricsMax)
  const keys = shown.map((id) => named(id)?.key)
  return shown.map((id) => {
    const metric = named(id)
    // Of two contexts each says of which it is.
    const isOnly = keys.filter((key) => key === metric?.key).length === 1
    const name = metric === undefined ? id : isOnly ? metric.key : metricWords(metric)
    const title = id === sorted ? (keyOf(sort) ?? id) : printable(name)
    return { title, of: ({ metrics }) => metricValue(metrics[id], id === sorted) }
  })
}

function isNamed(metric: RowMetric | undefined, name: string | undefined): boolean {
  return metric !== undefined && name !== undefined && (metricWords(metric) === name || metric.key === name)
}

function metricValue(metric: RowMetric | undefined, isSorted: boolean): string {
  if (metric === undefined) return '–'
  const isLast = isLessBetter(metric.key) && !isSorted
  return value(isLast ? Number(metric.last) : (bestOf(metric) ?? Number(metric.last)))
}

function statusOf({ status, finding, life, quiet }: RunRow, style: Style): string {
  if (life.state === 'silent') return style.bad(`? no sign since ${moment(life.seen)}`)
  if (quiet !== undefined)
    return style.bad(
      `▲ running, nothing logged for ${roughly((Date.now() - Date.parse(quiet.since)) / 1000)}`,
    )
  if (finding?.code === 'NAN_FIRST_SEEN') return `${statusWords(status, style, '')}${style.bad(' ▲ NaN')}`
  return statusWords(status, style, finding === undefined ? '' : `, ${finding.who}`)
}

function tookWords({ startTime, endTime }: RunRow): string {
  const took = seconds(startTime, endTime)
  return took === undefined ? '' : duration(took)
}
