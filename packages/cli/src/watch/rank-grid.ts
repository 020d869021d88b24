import type { RanksAnswer } from '@provloom/reader'
import type { Style } from '../output/style.ts'
import { widthOf } from '../look/table.ts'

/** Ratio to the median of all ranks up to which a mark stands. */
const marks = [
  { to: 1.08, mark: '·' },
  { to: 1.25, mark: '▒' },
  { to: Infinity, mark: '█' },
] as const

/** How a rank stands where not by its ratio. */
const stood: Readonly<Record<string, string>> = {
  completed: '✓',
  failed: '✕',
  killed: '✕',
  incomplete: '✕',
  lost: '?',
  absent: '?',
  unseen: '?',
}

/** The worst last: of several ranks in one mark it is the one that is shown. */
const worse = ['✓', '·', '▒', '█', '?', '✕']
const wellUpTo = worse.indexOf('·')
const marksOfHostMax = 64
const marksOfHostMin = 8
const nameMax = 20
const gap = '   '

export interface Room {
  readonly width: number
  readonly lines: number
}

interface HostMarks {
  readonly host: string
  readonly marks: readonly string[]
  readonly ranks: number
  /** Place in `worse` of its worst. */
  readonly worst: number
}

/** Ranks by machine, a mark each. Where they do not fit, machines on which something stands out come first, the others are counted. */
export function rankGrid(answer: RanksAnswer, { width, lines }: Room, style: Style): string[] {
  const hosts = hostsOf(answer, width)
  const ofHost = Math.max(0, ...hosts.map((one) => one.marks.length))
  const name = nameWidth(answer.columns.host)
  const most = Math.max(1, Math.floor((width + gap.length) / (name + 1 + ofHost + gap.length)))
  const needed = Math.ceil(hosts.length / most)
  const draw = (some: readonly HostMarks[], perLine: number): string[] => {
    const drawn: string[] = []
    for (let at = 0; at < some.length; at += perLine)
      drawn.push(
        some
          .slice(at, at + perLine)
          .map((one) => cellOf(one, name, ofHost, style))
          .join(gap)
          .trimEnd(),
      )
    return drawn
  }
  // As many in the last line as in the others, as far as that goes.
  if (needed <= lines) return draw(hosts, Math.max(1, Math.ceil(hosts.length / needed)))
  const first = [...hosts].sort((a, b) => b.worst - a.worst)
  const out = first.filter(({ worst }) => worst > wellUpTo).length
  const room = Math.max(1, Math.min(lines - 1, Math.ceil(out / most))) * most
  return [...draw(first.slice(0, room), most), style.dim(restWords(first.slice(room)))]
}

/** What its marks mean, as far as they are there. */
export function legend({ ratioOf, statuses, columns }: RanksAnswer, width: number): string {
  const words = ratioOf === undefined ? ['·  runs'] : ['· to 1.08', '▒ to 1.25', '█ above']
  if ((statuses['completed'] ?? 0) > 0) words.push('✓ completed')
  if ((statuses['lost'] ?? 0) + (statuses['absent'] ?? 0) + (statuses['unseen'] ?? 0) > 0)
    words.push('? silent')
  if (columns.status.some((status) => stood[status] === '✕')) words.push('✕ failed')
  const ofMark = ranksOfMark(columns.host, width)
  if (ofMark > 1) words.push(`a mark: the worst of ${ofMark} ranks`)
  return words.join('   ')
}

function nameWidth(hosts: readonly string[]): number {
  return Math.min(
    nameMax,
    [...new Set(hosts)].reduce((most, host) => Math.max(most, widthOf(host)), 1),
  )
}

/** Where a machine has more ranks than there is room for. */
function ranksOfMark(hosts: readonly string[], width: number): number {
  const most = Math.max(0, ...countByHost(hosts).values())
  const room = Math.max(marksOfHostMin, Math.min(marksOfHostMax, width - nameWidth(hosts) - 1))
  return Math.max(1, Math.ceil(most / room))
}

function hostsOf({ columns, odd, ratioOf }: RanksAnswer, width: number): HostMarks[] {
  const unknown = new Set(odd['ratio']?.nan)
  const order = [...columns.rank.keys()].sort((a, b) => columns.rank[a]! - columns.rank[b]!)
  const byHost = new Map<string, string[]>()
  for (const at of order) {
    const host = columns.host[at] || 'not seen'
    const status = columns.status[at] ?? ''
    const ratio = ratioOf === undefined || unknown.has(at) ? undefined : columns.ratio[at]
    const mark =
      stood[status] ?? (ratio === undefined ? '·' : marks.find(({ to }) => ratio <= to)?.mark) ?? '·'
    const known = byHost.get(host)
    if (known === undefined) byHost.set(host, [mark])
    else known.push(mark)
  }
  const ofMark = ranksOfMark(columns.host, width)
  return [...byHost]
    .map(([host, all]) => ({
      host,
      marks: folded(all, ofMark),
      ranks: all.length,
      worst: Math.max(...all.map((mark) => worse.indexOf(mark))),
    }))
    .sort((a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }))
}

function countByHost(hosts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1)
  return counts
}

function folded(all: readonly string[], ofMark: number): string[] {
  const shown: string[] = []
  for (let at = 0; at < all.length; at += ofMark)
    shown.push(
      all
        .slice(at, at + ofMark)
        .reduce((worst, one) => (worse.indexOf(one) > worse.indexOf(worst) ? one : worst)),
    )
  return shown
}

function cellOf({ host, marks: shown }: HostMarks, name: number, ofHost: number, style: Style): string {
  const places = Array.from(host)
  const words = places.length > name ? `${places.slice(0, name - 1).join('')}…` : host
  const painted = shown.map((mark) => (worse.indexOf(mark) > wellUpTo ? style.bad(mark) : mark)).join('')
  return `${words.padEnd(name)} ${painted}${' '.repeat(ofHost - shown.length)}`
}

function restWords(more: readonly HostMarks[]): string {
  const ranks = more.reduce((sum, one) => sum + one.ranks, 0)
  const out = more.filter(({ worst }) => worst > wellUpTo).length
  const so = out === 0 ? 'nothing stands out there' : `something stands out on ${out} of them`
  return `and ${more.length} ${more.length === 1 ? 'host' : 'hosts'} more, ${ranks} ranks: ${so}`
}
