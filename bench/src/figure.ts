import type { Series } from './statistics.ts'
import { median, spreadOf } from './statistics.ts'

/** One measured quantity. Everything a reader needs to judge it stands beside it. */
export interface Figure {
  /** Dotted, stable: baselines refer to it. */
  readonly name: string
  /** Median over the repetitions. */
  readonly value: number
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** What this machine could do at best for the same bytes, measured in the same run, in the same unit. */
  readonly limit: number | null
  /** What the limit is, in words. */
  readonly limitIs: string | null
  /** value / limit: the median over repetitions of ratios that were each taken in one repetition. */
  readonly ratio: number | null
  /** Robust relative deviation over the repetitions: of the ratio when there is one, else of the value. */
  readonly spread: number | null
  readonly repetitions: number
  /** The same quantity of other programs, same unit. */
  readonly peers: Readonly<Record<string, number>>
  /** Programs that were to be measured and were not: why. */
  readonly missing: Readonly<Record<string, string>>
  readonly goal: Goal | null
}

/** What the value, or its ratio, should be at least (better = higher) or at most. */
export interface Goal {
  readonly of: 'value' | 'ratio'
  readonly bound: number
}

/** One repetition: the value and the limit of the same minute. */
export interface Pair {
  readonly value: number
  readonly limit?: number | undefined
}

export interface FigureFacts {
  readonly name: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly limitIs?: string
  readonly peers?: Readonly<Record<string, number>>
  readonly missing?: Readonly<Record<string, string>>
  readonly goal?: Goal
}

/** A figure out of its repetitions. */
export function figureOf(facts: FigureFacts, pairs: readonly Pair[]): Figure {
  const values: Series = pairs.map((pair) => pair.value)
  const limits: Series = pairs.flatMap((pair) => (pair.limit === undefined ? [] : [pair.limit]))
  const ratios: Series = pairs.flatMap((pair) => (pair.limit === undefined ? [] : [pair.value / pair.limit]))
  return {
    name: facts.name,
    value: median(values),
    unit: facts.unit,
    better: facts.better,
    limit: limits.length === 0 ? null : median(limits),
    limitIs: limits.length === 0 ? null : (facts.limitIs ?? null),
    ratio: ratios.length === 0 ? null : median(ratios),
    spread: spreadOf(ratios.length === 0 ? values : ratios),
    repetitions: pairs.length,
    peers: facts.peers ?? {},
    missing: facts.missing ?? {},
    goal: facts.goal ?? null,
  }
}

/** Whether the goal is met; null without one. */
export function goalMet(figure: Figure): boolean | null {
  if (figure.goal === null) return null
  const measured = figure.goal.of === 'value' ? figure.value : figure.ratio
  if (measured === null) return null
  return figure.better === 'lower' ? measured <= figure.goal.bound : measured >= figure.goal.bound
}
