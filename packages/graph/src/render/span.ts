import { instant } from '../instant.ts'
import type { ContextState, HostState, RankState, RunState } from '../state.ts'
import type { SeriesIndex } from '../series-index.ts'
import { extentOf } from '../statistics.ts'
import type { Extent } from '../statistics.ts'
import { isOver } from '../status.ts'
import type { Tallies } from '../tally.ts'

/** Begin and end of an activity, microseconds. */
export interface Span {
  readonly start: number | undefined
  readonly end: number | undefined
  /** A clock was set back meanwhile: the end that was told is before the begin, which stands for it. */
  readonly stepped: boolean
}

export function span(start: number | undefined, end: number | undefined): Span {
  const stepped = start !== undefined && end !== undefined && end < start
  return { start, end: stepped ? start : end, stepped }
}

/**
 * From the least to the most of its ranks, so that no part is outside the whole; without any, as it was recorded.
 *
 * @param ranks spans of all of them
 */
export function runSpan(state: RunState, ranks: Iterable<Span>): Span {
  const { start, end } = spanOfRanks(ranks)
  const began = start ?? state.opened?.time
  if (state.closed === undefined) return span(began, undefined)
  return span(began, end ?? state.closed.time)
}

export function* spansOf(ranks: Iterable<{ readonly span: Span }>): Generator<Span, void> {
  for (const { span: own } of ranks) yield own
}

/** The same of some of its ranks: their last end, once all of them have one. */
export function spanOfRanks(ranks: Iterable<Span>): {
  readonly start: number | undefined
  readonly end: number | undefined
} {
  let [start, end]: (number | undefined)[] = []
  let goesOn = false
  for (const own of ranks) {
    start = least(start, own.start)
    end = most(end, own.end)
    if (own.end === undefined) goesOn = true
  }
  return { start, end: goesOn ? undefined : end }
}

/** From `start_run` to `end_run`; without them its process; else the last thing known of it. By the rank's clock. */
export function rankSpan(state: RunState, rank: RankState): Span {
  const { start, session, sessionEnd, end, exit, firstTime, lastTime, admitted } = rank
  const began = session?.time ?? start?.time ?? firstTime ?? admitted
  const told = sessionEnd?.time ?? end?.time ?? exit?.time
  return span(began, told ?? (isOver(state, rank) ? (lastTime ?? began) : undefined))
}

export interface ContextSpan extends Span {
  readonly steps: Extent | undefined
}

/** From its first log, or start, to its end, or to its last log once its rank has ended. */
export function contextSpan(
  { state, index, tallies }: SpanSources,
  key: string,
  context: ContextState,
): ContextSpan {
  const slots = index
    .ofOwner(key)
    .flatMap((one) => (state.series.get(one)?.slots ?? []).map(({ slot }) => slot))
  const steps = extentOf(tallies, slots)
  const start = context.start ?? least(context.firstTime, steps?.firstTime)
  const last = most(context.lastTime, steps?.lastTime)
  const end = context.end ?? (contextIsOver(state, context) ? most(last, start) : undefined)
  return { ...span(start, end), steps }
}

export interface SpanSources {
  readonly state: RunState
  readonly index: SeriesIndex
  readonly tallies: Tallies
}

/** It was ended, or its rank was. */
export function contextIsOver(state: RunState, { end, rankKey }: ContextState): boolean {
  const rank = state.ranks.get(rankKey)
  return end !== undefined || rank === undefined || isOver(state, rank)
}

/** From the first agent that measured on the machine to the last, by its clock. */
export function watchSpan(state: RunState, { watchers }: HostState): Span {
  let [start, end]: (number | undefined)[] = []
  let goesOn = false
  for (const [rankKey, watcher] of watchers) {
    const rank = state.ranks.get(rankKey)
    const own = watcher.end ?? (rank === undefined ? undefined : rankSpan(state, rank).end)
    start = least(start, watcher.start)
    end = most(end, own)
    if (own === undefined) goesOn = true
  }
  return span(start, goesOn ? undefined : most(end, start))
}

export function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}

export function most(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

/** Times of an activity as PROV has them. */
export function times({ start, end }: Pick<Span, 'start' | 'end'>): {
  readonly startTime: string | undefined
  readonly endTime: string | undefined
} {
  return {
    startTime: start === undefined ? undefined : instant(start),
    endTime: end === undefined ? undefined : instant(end),
  }
}
