import { instant } from '../instant.ts'
import type { ContextState, HostState, RankState, RunState } from '../state.ts'
import type { Links } from '../links.ts'
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
export function rankSpan(sources: SpanSources, key: string, rank: RankState): Span {
  const { start, session, sessionEnd, end, exit, firstTime, lastTime, admitted } = rank
  const began = session?.time ?? start?.time ?? firstTime ?? admitted
  const told = sessionEnd?.time ?? end?.time ?? exit?.time
  if (told !== undefined || !isOver(sources.state, rank)) return span(began, told)
  // Its agent's or its aggregator's word is missing: what it logged is known.
  return span(began, most(most(lastTime, extentOfOwner(sources, key)?.lastTime), began))
}

export interface ContextSpan extends Span {
  readonly steps: Extent | undefined
  /** The last that was told in it, or in a context inside. */
  readonly last: number | undefined
}

/**
 * From its start, or the first that was told in it, to its end, or once that or its rank has ended to the last: what is
 * told of it beside its blocks is within it too.
 */
export function contextSpan(sources: SpanSources, key: string, context: ContextState): ContextSpan {
  const { state, links } = sources
  const steps = extentOfOwner(sources, key)
  let start = least(context.start, least(context.firstTime, steps?.firstTime))
  let last = most(context.end, most(context.lastTime, steps?.lastTime))
  for (const innerKey of links.inner.of(key)) {
    const inner = state.contexts.get(innerKey)
    if (inner === undefined) continue
    const own = contextSpan(sources, innerKey, inner)
    start = least(start, own.start)
    last = most(last, own.last)
  }
  const end = contextIsOver(state, context) ? last : undefined
  const told = span(context.start, context.end)
  return { ...span(start, end), stepped: told.stepped, steps, last }
}

export interface SpanSources {
  readonly state: RunState
  readonly index: SeriesIndex
  readonly tallies: Tallies
  readonly links: Links
}

/** Of the points of a rank, a context, or a machine. */
function extentOfOwner({ state, index, tallies }: SpanSources, owner: string): Extent | undefined {
  const slots = index
    .ofOwner(owner)
    .flatMap((one) => (state.series.get(one)?.slots ?? []).map(({ slot }) => slot))
  return extentOf(tallies, slots)
}

/** It was ended, or its rank was. */
export function contextIsOver(state: RunState, { end, rankKey }: ContextState): boolean {
  const rank = state.ranks.get(rankKey)
  return end !== undefined || rank === undefined || isOver(state, rank)
}

/** From the first that was measured on the machine, or the first agent that watched it, to the last, by its clock. */
export function watchSpan(
  { state, index, tallies, links }: SpanSources,
  key: string,
  { watchers }: HostState,
  endOf: (rankKey: string) => number | undefined,
): Span {
  let [start, end]: (number | undefined)[] = []
  let goesOn = false
  for (const [rankKey, watcher] of watchers) {
    const own = watcher.end ?? endOf(rankKey)
    start = least(start, watcher.start)
    end = most(end, own)
    if (own === undefined) goesOn = true
  }
  const measured = [key, ...links.onHost.of(key)].flatMap((owner) =>
    index.ofOwner(owner).flatMap((one) => {
      const series = state.series.get(one)
      const measures = series === undefined ? undefined : state.metrics.get(series.metricKey)?.measures
      return series === undefined || measures === undefined ? [] : series.slots.map(({ slot }) => slot)
    }),
  )
  const extent = extentOf(tallies, measured)
  const began = least(start, extent?.firstTime)
  return span(began, goesOn ? undefined : most(most(end, extent?.lastTime), began))
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
