import fs from 'node:fs'
import path from 'node:path'
import type { Figure } from '../figure.ts'
import { benchRoot } from '../machine/paths.ts'
import { machineInWords } from '../machine/usage.ts'
import { short } from './line.ts'

/**
 * What the figures were: medians with their spreads. A figure with a limit is compared by its ratio, which does not
 * depend on how fast the machine was at that minute; one without by its value.
 */
export interface Baseline {
  readonly machine: string
  readonly figures: Readonly<Record<string, Entry>>
}

interface Entry {
  readonly value: number
  readonly unit: string
  readonly ratio: number | null
  readonly spread: number | null
  readonly repetitions: number
}

export type Verdict =
  | {
      readonly kind: 'worse' | 'better'
      readonly name: string
      readonly of: 'ratio' | 'value'
      readonly before: number
      readonly now: number
      readonly change: number
      readonly noise: number
    }
  | { readonly kind: 'same' | 'new'; readonly name: string }

export const baselineFile = 'bench/baseline.json'
const FILE = path.join(benchRoot, 'baseline.json')

/** Beyond this many deviations of both medians together a change is none of noise. */
const SIGMAS = 3
/** A change smaller than this is not told, however quiet the machine. */
const CHANGE_MIN = 0.05
/** Deviation assumed of a figure that was measured once. */
const SPREAD_UNKNOWN = 0.1

export function readBaseline(): Baseline | undefined {
  if (!fs.existsSync(FILE)) return undefined
  return JSON.parse(fs.readFileSync(FILE, 'utf8')) as Baseline
}

/** Figures that were not measured now keep what they had. */
export function writeBaseline(figures: readonly Figure[]): void {
  const before = readBaseline()?.figures ?? {}
  const measured = figures.filter((figure) => !Number.isNaN(figure.value))
  const now = Object.fromEntries(measured.map((figure) => [figure.name, entryOf(figure)]))
  const all = Object.entries({ ...before, ...now }).sort(([a], [b]) => (a < b ? -1 : 1))
  const baseline: Baseline = { machine: machineInWords(), figures: Object.fromEntries(all) }
  fs.writeFileSync(FILE, `${JSON.stringify(baseline, undefined, 2)}\n`)
}

function entryOf(figure: Figure): Entry {
  return {
    value: short(figure.value),
    unit: figure.unit,
    ratio: short(figure.ratio),
    spread: short(figure.spread),
    repetitions: figure.repetitions,
  }
}

export function compare(figures: readonly Figure[], baseline: Baseline | undefined): Verdict[] {
  return figures.map((figure) => verdictOn(figure, baseline?.figures[figure.name]))
}

function verdictOn(figure: Figure, before: Entry | undefined): Verdict {
  const { name } = figure
  if (before === undefined) return { kind: 'new', name }
  const byRatio = figure.ratio !== null && before.ratio !== null
  const [was, is] = byRatio ? [before.ratio, figure.ratio] : [before.value, figure.value]
  if (!(was > 0) || !(is > 0)) return { kind: 'same', name }
  const noise = Math.max(
    CHANGE_MIN,
    SIGMAS *
      Math.hypot(errorOf(figure.spread, figure.repetitions), errorOf(before.spread, before.repetitions)),
  )
  const change = Math.log(is / was)
  if (Math.abs(change) <= noise) return { kind: 'same', name }
  const worse = change > 0 === (figure.better === 'lower')
  return {
    kind: worse ? 'worse' : 'better',
    name,
    of: byRatio ? 'ratio' : 'value',
    before: was,
    now: is,
    change: Math.expm1(change),
    noise,
  }
}

/** Standard error of a median (1.253 sigma / sqrt(n), normal distribution). */
function errorOf(spread: number | null, repetitions: number): number {
  return (1.253 * (spread ?? SPREAD_UNKNOWN)) / Math.sqrt(repetitions)
}
