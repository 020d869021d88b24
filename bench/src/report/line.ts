import type { Figure } from '../figure.ts'
import { goalMet } from '../figure.ts'

/** One figure as one line of JSON; the fields that the project promises come first. */
export function lineOf(figure: Figure): string {
  const { name, value, unit, limit, ratio, peers, ...rest } = figure
  return JSON.stringify({
    name,
    value: short(value),
    unit,
    limit: short(limit),
    ratio: short(ratio),
    peers: Object.fromEntries(Object.entries(peers).map(([peer, found]) => [peer, short(found)])),
    ...rest,
    spread: short(rest.spread),
    met: goalMet(figure),
  })
}

/** Six digits say more than any bench knows. */
export function short(value: number): number
export function short(value: number | null): number | null
export function short(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(6))
}
