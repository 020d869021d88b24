import type { ContextState, RankState, RunState } from '../state.ts'
import type { View } from './view.ts'
import { extentOf } from '../statistics.ts'
import type { Extent } from '../statistics.ts'

/** Begin and end of an activity, microseconds. `clamped`: the clock went back, and `end` is the begin. */
export interface Span {
  readonly start: number | undefined
  readonly end: number | undefined
  /** The end that was told, when it is before the begin: a clock was set back meanwhile. */
  readonly toldEnd?: number
}

function span(start: number | undefined, end: number | undefined): Span {
  if (start !== undefined && end !== undefined && end < start) return { start, end: start, toldEnd: end }
  return { start, end }
}

/** From the least to the most of its ranks: no part is outside the whole. */
export function runSpan(state: RunState): Span {
  const began = runBegan(state)
  if (state.closed === undefined) return span(began, undefined)
  let end: number | undefined
  for (const rank of state.ranks.values()) {
    const { start, end: own } = rankSpan(rank)
    end = most(end, most(own, own === undefined ? (rank.lastTime ?? start) : start))
  }
  return span(began, end ?? state.closed.time)
}

/** By the rank's clock where it told, else by the aggregator's. */
export function rankSpan(rank: RankState): Span {
  const start = rank.start?.time ?? rank.session?.time ?? rank.firstTime ?? rank.admitted
  const end =
    rank.end?.time ?? (rank.ended === undefined ? undefined : (rank.sessionEnd?.time ?? rank.lastTime))
  return span(start, end)
}

/** From its first log, or start, to its end, or to its last log once its rank has ended. */
export function contextSpan(
  view: View,
  key: string,
  context: ContextState,
): Span & { readonly steps: Extent | undefined } {
  const steps = stepsOf(view, view.index.ofContext(key))
  const first = least(context.firstTime, steps?.firstTime)
  const last = most(context.lastTime, steps?.lastTime)
  const rank = view.state.ranks.get(context.rankKey)
  const over = rank?.end !== undefined || rank?.ended !== undefined || view.state.closed !== undefined
  const start = context.start ?? first
  const end = context.end ?? (over ? most(last, start) : undefined)
  return { ...span(start, end), steps }
}

function stepsOf(view: View, series: readonly string[]): Extent | undefined {
  const slots = series.flatMap((key) => (view.state.series.get(key)?.slots ?? []).map(({ slot }) => slot))
  return extentOf(view.tallies, slots)
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

const earlierMaxUs = 3_600_000_000

/**
 * When the run began: with the earliest of its ranks, which start before they are heard of; by the aggregator's clock
 * when a rank's own is off by more than an hour.
 */
export function runBegan(state: RunState): number | undefined {
  const opened = state.opened?.time
  if (opened === undefined) return undefined
  let began = opened
  for (const rank of state.ranks.values()) {
    const { start } = rankSpan(rank)
    if (start !== undefined && start < began && start > opened - earlierMaxUs) began = start
  }
  return began
}
