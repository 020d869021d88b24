import type { Finding, FirstToStop, WhyAnswer } from '@provloom/reader'
import { exitCode, printable } from '@provloom/shared'
import { inLines } from '../look/in-lines.ts'
import { printJson, readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import { terminalWidth, widthOf, wrapped } from '../look/table.ts'
import { short, unreadWords } from '../look/words.ts'
import { count } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'

const thenMax = 8

type Row = readonly [name: string, words: string]

/** `provloom why [RUN]`. Notes alone are no findings. */
export async function why(run: string | undefined, given: Given): Promise<number> {
  const pace = given['paceMetric']
  const answer = await readerFor(given).why(run, typeof pace === 'string' ? { pace } : {})
  if (given['json'] === true) printJson(answer)
  else {
    const style = styleFor(process.stdout)
    const shown = inLines(answer)
    const lines = [
      verdict(shown, style),
      ...rowsOf(shown).map(([name, words]) => `  ${style.dim(name.padEnd(10))} ${printable(words)}`),
    ]
    process.stdout.write(`${lines.flatMap((line) => wrapped(line, terminalWidth(), 13)).join('\n')}\n`)
  }
  return answer.findings.some(({ level }) => level !== 'note') ? exitCode.failed : exitCode.ok
}

/** The run's name stands out, and how it went. */
function verdict({ run, verdict: sentence, findings }: WhyAnswer, style: Style): string {
  const words = printable(sentence.slice(run.length))
  const paint = findings.some(({ level }) => level === 'error') ? style.bad : (text: string): string => text
  return `${style.bold(printable(run))}${paint(words)}`
}

function rowsOf(answer: WhyAnswer): Row[] {
  const { first, findings, notIt, unknown } = answer
  const [gravest] = findings
  const whom = answer.notRecorded === undefined ? 'any rank' : 'any rank that was recorded'
  const told = findings.filter((one) => one !== gravest && (first === undefined || !isOfFirst(one, first)))
  return [
    ...(first === undefined ? [] : firstRows(first)),
    ...told.map(({ text, level }): Row => [level === 'note' ? '·' : '▲', text]),
    ...(notIt.length === 0 ? [] : [['not it', `${notIt.join(', ')}: nothing seen on ${whom}`] as const]),
    ...unknown.map((words): Row => ['not known', words]),
    ...answer.unread.map((one): Row => ['unread', unreadWords(one)]),
    ['kept', keptWords(answer)],
  ]
}

const ofEnds: ReadonlySet<string> = new Set([
  'RANK_FAILED',
  'RANK_KILLED',
  'RANK_CRASHED',
  'OUT_OF_MEMORY',
  'DISK_FULL',
  'PEERS_LOST',
  'RANK_LEFT',
])

/** What the verdict, which is of the gravest, and the first row say is not said once more. */
function isOfFirst({ code, ranks, evidence }: Finding, first: FirstToStop): boolean {
  return ofEnds.has(code) && ranks.includes(first.rank) && evidence === undefined
}

function firstRows(first: FirstToStop): Row[] {
  const on = first.host === '' ? '' : ` on ${first.host}`
  const attempt = first.attempt === 0 ? '' : `, attempt ${first.attempt}`
  const last =
    first.lastStep === undefined
      ? ', it logged no point'
      : `, last point at step ${first.lastStep}${first.lastUs === undefined ? '' : `, ${clock(first.lastUs)}`}`
  const rows: Row[] = [['first', `rank ${first.rank}${attempt}${on}${last}${othersLast(first)}`]]
  const said = [first.error ?? howOf(first), first.place ?? ''].filter((words) => words !== '')
  if (said.length > 0) rows.push(['', said.join('          ')])
  return [...rows, ...thenRows(first)]
}

/** `; the others logged step 57, 11 to 15 ms later` */
function othersLast({ lastStep, lastUs, others, othersMore }: FirstToStop): string {
  const steps = [...new Set(others.flatMap((one) => one.lastStep ?? []))].sort((a, b) => a - b)
  const [from] = steps
  if (from === undefined || lastStep === undefined || othersMore > 0) return ''
  const to = steps.at(-1)
  const when = laterWords(
    others.flatMap((one) => (one.lastUs === undefined || lastUs === undefined ? [] : one.lastUs - lastUs)),
  )
  return `; ${others.length === 1 ? 'the other' : 'the others'} ${from === to ? `logged step ${from}` : `logged steps ${from} to ${to}`}${when}`
}

/** Of those that all logged after it. */
function laterWords(later: readonly number[]): string {
  const least = Math.min(...later)
  if (later.length === 0 || least <= 0) return ''
  const [from, to] = [milliseconds(least), milliseconds(Math.max(...later))]
  return `, ${from === to ? from : `${from} to ${to}`} ms later`
}

function milliseconds(us: number): string {
  return us < 1e4 ? (us / 1e3).toFixed(1) : count(Math.round(us / 1e3))
}

function thenRows({ others, othersMore }: FirstToStop): Row[] {
  const shown = others.slice(0, thenMax)
  const cells = shown.map((one) => [
    `rank ${one.rank}`,
    one.exit === undefined ? (one.signal ?? '') : `exit ${one.exit}`,
    one.error === undefined ? '' : JSON.stringify(one.error.slice(0, 60)),
    one.timeUs === undefined ? '' : clock(one.timeUs),
  ])
  const widths = [0, 1, 2].map((at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ''))))
  const rows = cells.map((row, i): Row => [
    i === 0 ? 'then' : '',
    row
      .map((cell, at) => `${cell}${' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))}`)
      .filter((cell) => cell !== '')
      .join('  ')
      .trimEnd(),
  ])
  const more = others.length - shown.length + othersMore
  return more > 0 ? [...rows, ['', `and ${count(more)} more`]] : rows
}

function howOf({ exit, signal }: FirstToStop): string {
  if (signal !== undefined) return signal
  return exit === undefined ? 'it said nothing' : `exit code ${exit}, and it said nothing`
}

/** `19:57:42.661`, in UTC. */
function clock(us: number): string {
  return new Date(us / 1000).toISOString().slice(11, 23)
}

function keptWords({ kept: { stored, sent, model } }: WhyAnswer): string {
  const step = model?.step === undefined ? '' : `, step ${model.step}`
  const sum = model?.sha256 === undefined ? '' : ` ${short(model.sha256)}`
  const last = model === undefined ? '' : `; last model ${model.name}${sum}${step}`
  return `${count(stored)} events of ${count(sent)}${last}`
}
