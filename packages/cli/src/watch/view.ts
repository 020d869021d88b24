import { isStalled } from '@provloom/reader'
import type { RanksAnswer, RunAnswer } from '@provloom/reader'
import { printable } from '@provloom/shared'
import { energyWords } from '../look/energy-words.ts'
import { findingLine, findingsBeside, hostWords, lifeWords, quietWords } from '../look/run-words.ts'
import { sparkline } from '../look/spark.ts'
import { widthOf, wrapped } from '../look/table.ts'
import { paceWords, roughly, toGoWords } from '../look/pace-words.ts'
import { reading, statusName, statusWords } from '../look/words.ts'
import { count, counted, duration } from '../output/quantity.ts'
import type { Style } from '../output/style.ts'
import { legend, rankGrid } from './rank-grid.ts'
import type { Watched, WatchedMetric } from './watched.ts'

export interface Room {
  readonly width: number
  readonly height: number
}

/** Where values begin. */
const indent = 13
const nameMax = 24
const sparkMax = 64
const findingsMax = 3
/** Beyond it the head line is not pulled apart. */
const lineMax = 110
/** Without a step for so long it stands out. */
const stalledSeconds = 60

/** The block that is drawn: as many lines as there are, at most, and none wider than the terminal. */
export function watchLines(watched: Watched, { width, height }: Room, style: Style, nowMs: number): string[] {
  const { run, ranks } = watched
  const room = Number.isFinite(width) ? width : lineMax
  const [life, quiet] = [lifeWords(run, nowMs), quietWords(run, nowMs)]
  // Where no terminal is nothing needs to be broken.
  const head = [
    ...headLines(run, room, style, nowMs),
    ...(life === '' ? [] : wrapped(`  ${style.bad(`▲ ${life}`)}`, width, 4)),
    ...(quiet === '' ? [] : wrapped(`  ${style.bad(quiet)}`, width, 4)),
  ]
  const metrics = metricLines(watched, room, style)
  const foot = [...findingLines(run, width, style), ...lastLines(run, room, style)]
  const gridLines = Math.max(2, Math.min(height, 200) - head.length - metrics.length - foot.length - 2)
  const lines = [
    ...head,
    ...metrics,
    ...rankLines(run, ranks, { width: room, lines: gridLines }, style),
    ...foot,
  ]
  return lines.slice(0, height)
}

function row(name: string, words: string, style: Style): string {
  return `  ${style.dim(name.padEnd(indent - 3))} ${words}`
}

function headLines(run: RunAnswer, width: number, style: Style, nowMs: number): string[] {
  const { going } = run
  const took = duration(
    ((run.endTime === null ? nowMs : Date.parse(run.endTime)) - Date.parse(run.startTime)) / 1000,
  )
  const isLate =
    going?.stepTime !== undefined && isStalled(Date.parse(going.stepTime), going.stepsPerSecond, nowMs)
  const togo =
    going?.secondsToGo === undefined || isLate
      ? ''
      : `, about ${roughly(going.secondsToGo)} ${toGoWords(going)}`
  const how = run.endTime === null ? ` ${took}${togo}` : ` in ${took}`
  const left = `${style.bold(printable(run.run))}  ${statusWords(run.status, style, how)}`
  const right = stepWords(run, style, nowMs)
  const gap = Math.min(width, lineMax) - widthOf(left) - widthOf(right)
  const line = gap >= 2 ? [`${left}${' '.repeat(gap)}${right}`] : [left, row('', right, style)]
  return (right === '' ? [left] : line).map((one) => clipped(one, width))
}

/** `step 169 of 240, 2.71 a second`; where nothing has come for long, since when. */
function stepWords({ going, status }: RunAnswer, style: Style, nowMs: number): string {
  if (going === undefined) return ''
  const { step, steps, stepsPerSecond, stepTime } = going
  const where = `step ${count(step)}${steps === undefined ? '' : ` of ${count(steps)}`}`
  if (status !== 'running') return where
  const last = stepTime === undefined ? nowMs : Date.parse(stepTime)
  if (isStalled(last, stepsPerSecond, nowMs)) {
    const quiet = (nowMs - last) / 1000
    const words = `none for ${duration(quiet)}`
    return `${where}, ${quiet < stalledSeconds ? words : style.bad(`▲ ${words}`)}`
  }
  return stepsPerSecond === undefined ? where : `${where}, ${paceWords(stepsPerSecond)}`
}

function metricLines({ metrics, run }: Watched, width: number, style: Style): string[] {
  if (metrics.length === 0) {
    const others =
      run.metricsTotal === 0
        ? 'none yet'
        : `${counted(run.metricsTotal, 'series')} of machines and timers alone`
    return [row('metrics', others, style)]
  }
  const values = metrics.map(valueWords)
  const names = metrics.map(({ name }) => clipped(printable(name), nameMax))
  const begin = Math.max(indent - 3, ...names.map(widthOf))
  const free = width - begin - 5 - Math.max(...values.map(widthOf))
  const drawn = metrics.map(({ spark }) => (free < 4 ? '' : sparkline(spark, Math.min(sparkMax, free))))
  const longest = Math.max(...drawn.map(widthOf))
  return metrics.map((_, at) => {
    const [name, curve] = [(names[at] ?? '').padEnd(begin), (drawn[at] ?? '').padEnd(longest)]
    return clipped(`  ${style.dim(name)} ${curve}  ${values[at] ?? ''}`, width)
  })
}

/** `0.832  (ranks 0.435 to 1.492)` */
function valueWords({ last, range }: WatchedMetric): string {
  const words = Number.isFinite(last) ? reading(last) : String(last)
  return range === undefined ? words : `${words}  (ranks ${reading(range.min)} to ${reading(range.max)})`
}

interface GridRoom {
  readonly width: number
  readonly lines: number
}

function rankLines(run: RunAnswer, ranks: RanksAnswer, { width, lines }: GridRoom, style: Style): string[] {
  const { ratioOf } = ranks
  const stood = ranksWords(run)
  const of = ratioOf === undefined ? '' : `${nameOf(ratioOf.metric)}, last 20 steps, × median`
  const head = row('ranks', stood, style)
  const beside = widthOf(head) + 4 + widthOf(of) <= width
  const heads =
    of === '' ? [head] : beside ? [`${head}    ${style.dim(of)}`] : [head, row('', style.dim(of), style)]
  const isPlain = ratioOf === undefined && ranks.columns.status.every((status) => status === 'running')
  if (ranks.total < 2 || isPlain) return heads.map((one) => clipped(one, width))
  const grid = rankGrid(ranks, { width: width - indent, lines: Math.max(2, lines - heads.length) }, style)
  const meaning = style.dim(legend(ranks, width - indent))
  const last = grid.at(-1) ?? ''
  const fits = widthOf(last) + 5 + widthOf(meaning) + indent <= width
  const margin = ' '.repeat(indent)
  const all = fits ? [...grid.slice(0, -1), `${last}     ${meaning}`] : grid
  const below = fits ? [] : wrapped(`${margin}${meaning}`, width, indent)
  return [...heads, ...all.map((one) => `${margin}${one}`), ...below].map((one) => clipped(one, width))
}

/** `64 of 64 report, 8 hosts`, and how many do not. */
function ranksWords(run: RunAnswer): string {
  const { ranks, worldSize } = run
  const all = Object.values(ranks).reduce((sum, one) => sum + one, 0)
  const running = ranks['running'] ?? 0
  const [most, word] = running > 0 ? [running, 'report'] : [ranks['completed'] ?? 0, 'completed']
  const others = Object.entries(ranks)
    .filter(([status]) => status !== (running > 0 ? 'running' : 'completed'))
    .map(([status, number]) => `, ${number} ${status === 'absent' ? 'never came' : statusName(status)}`)
    .join('')
  const { shown, more } = run.hosts
  const hosts =
    shown.length === 1 ? hostWords(run) : shown.length === 0 ? '' : counted(shown.length + more, 'host')
  return `${most} of ${Math.max(worldSize ?? 0, all)} ${word}${others}${hosts === '' ? '' : `, ${hosts}`}`
}

/** `compute time` of `training/compute_time@step`. */
function nameOf(metric: string): string {
  const key = /\/([^@]*)/.exec(metric)?.[1] ?? metric
  return printable(decodeURIComponent(key).replaceAll('_', ' '))
}

function findingLines(answer: RunAnswer, width: number, style: Style): string[] {
  const { run } = answer
  const findings = findingsBeside(answer)
  const shown = findings.filter(({ level }) => level !== 'note').slice(0, findingsMax)
  const more = findings.length - shown.length
  return [
    ...shown.flatMap((one) => wrapped(`  ${findingLine(one, style)}`, width, 4)),
    ...(more > 0
      ? [clipped(`  ${style.dim(`and ${more} more: provloom why ${printable(run)}`)}`, width)]
      : []),
  ]
}

function lastLines(run: RunAnswer, width: number, style: Style): string[] {
  const { stored, dropped } = run.ledger
  const dropping = `${count(dropped)} dropped`
  const events = `${count(stored)} events, ${dropped > 0 ? style.bad(dropping) : dropping}`
  const energy = printable(energyWords(run))
  const one = `${row('stored', events, style)}      ${style.dim('energy')}  ${energy}`
  const lines = widthOf(one) <= width ? [one] : [row('stored', events, style), row('energy', energy, style)]
  const problems = run.problems.kinds.map(({ code, count: times, what }) =>
    row('problem', style.bad(printable(`${code} ${count(times)}: ${what}`)), style),
  )
  return [...lines, ...problems.slice(0, findingsMax)].map((line) => clipped(line, width))
}

/** No wider than the terminal: what is behind its edge would break the line. Colours take no place, and are closed. */
export function clipped(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  // oxlint-disable-next-line no-control-regex -- colours
  const pieces = line.match(/\u001b\[[0-9;]*m|[^]/gu) ?? []
  let [kept, places, coloured] = ['', 0, false]
  for (const piece of pieces) {
    if (piece.length > 1 && piece.startsWith('\u001b')) {
      kept += piece
      coloured = true
    } else if (places < width - 1) {
      kept += piece
      places++
    }
  }
  const end = coloured ? '\u001b[0m' : ''
  return `${kept}…${end}`
}
