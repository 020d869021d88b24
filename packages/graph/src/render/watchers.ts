import type { HostState, RunState, Watcher } from '../state.ts'

/** By the key of a rank, microseconds. */
export type EndOf = (rankKey: string) => number | undefined

/** Of a rank that watches a machine: its times, by the machine's clock, none of which touch. */
type Times = readonly (readonly [start: number, end: number])[]

interface Known {
  readonly rankKey: string
  readonly times: Times
  readonly lasts: number
}

/**
 * The ranks whose measurements of a machine are counted: of those whose watches overlap the longest alone, so that no time
 * of the machine counts twice (docs/wire-format.md, "Who watches a machine"). Whatever order they came in.
 *
 * @param endOf when a rank ended, where it has
 * @returns undefined where all are, as nobody watched beside another one
 */
export function countedRanks(
  state: RunState,
  host: HostState,
  endOf: EndOf,
): ReadonlySet<string> | undefined {
  const { watchers } = host
  if (watchers.size < 2 || [...watchers.values()].every(({ told }) => !told)) return undefined
  const known = [...watchers].map(([rankKey, watcher]): Known => {
    const until = Math.min(goneAt(state, rankKey, endOf), takenOverAt(host, rankKey))
    const times = timesOf(until, watcher)
    return { rankKey, times, lasts: times.reduce((sum, [start, end]) => sum + end - start, 0) }
  })
  const counted: Known[] = []
  for (const one of known.sort(longestFirst))
    if (!counted.some(({ times }) => overlap(times, one.times))) counted.push(one)
  return counted.length === known.length ? undefined : new Set(counted.map(({ rankKey }) => rankKey))
}

function timesOf(until: number, { start, edges }: Watcher): Times {
  const times: [number, number][] = []
  let begun: number | undefined = edges.length === 0 ? start : undefined
  for (const { time, edge } of edges) {
    if (edge === 'start') begun ??= time
    else if (begun !== undefined) {
      times.push([begun, time])
      begun = undefined
    }
  }
  if (begun !== undefined) times.push([begun, Math.max(begun, until)])
  return times
}

/** One that is lost has watched as long as it was heard. */
function goneAt(state: RunState, rankKey: string, endOf: EndOf): number {
  const rank = state.ranks.get(rankKey)
  return endOf(rankKey) ?? (rank?.lost === undefined ? undefined : rank.lastTime) ?? Infinity
}

/** Energy is told at once, and its time is a moment later. */
const sameUs = 1_000_000

/**
 * When another rank began to watch in place of one whose agent is gone and said no end: of that nothing was heard since,
 * though its rank may go on.
 */
function takenOverAt({ energy, watchers }: HostState, rankKey: string): number {
  let last = -Infinity
  for (const streams of energy.values())
    for (const told of streams.values()) if (told.rankKey === rankKey) last = Math.max(last, told.event.time)
  if (last === -Infinity) return Infinity
  const starts = [...watchers].flatMap(([other, { edges }]) =>
    other === rankKey ? [] : edges.flatMap(({ edge, time }) => (edge === 'start' ? [time] : [])),
  )
  return Math.min(...starts.filter((time) => time > last - sameUs), Infinity)
}

/** That goes on is longer than any that has ended; of two of them the first. */
function longestFirst(a: Known, b: Known): number {
  if (a.lasts !== b.lasts) return b.lasts - a.lasts
  const [from, to] = [a.times[0]?.[0] ?? 0, b.times[0]?.[0] ?? 0]
  return from - to || (a.rankKey < b.rankKey ? -1 : 1)
}

function overlap(some: Times, others: Times): boolean {
  return some.some(([start, end]) => others.some(([from, to]) => start < to && from < end))
}
