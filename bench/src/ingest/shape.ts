import type { Plan } from '../load/plan.ts'

/** A load's shape: how many ranks send envelopes of how many events. */
export interface Shape {
  readonly ranks: number
  readonly events: number
  /** Over all ranks. */
  readonly envelopes: number
}

/** 4, 64, 1,000 ranks; envelopes of 1, 100, 1,000 events. Quick ones have a twentieth of the envelopes. */
export function shapes(quick: boolean): Shape[] {
  const all: Shape[] = []
  for (const ranks of [4, 64, 1000]) {
    for (const [events, envelopes] of [
      [1, 100_000],
      [100, 40_000],
      [1000, 10_000],
    ] as const) {
      all.push({ ranks, events, envelopes: Math.max(ranks, quick ? envelopes / 20 : envelopes) })
    }
  }
  return all
}

export function nameOf(shape: Shape): string {
  return `${shape.ranks}x${shape.events}`
}

export const seriesPerRank = 10

export function planOf(shape: Shape, connectionFile: string, jobKey: string): Plan {
  return {
    connectionFile,
    jobKey,
    firstRank: 0,
    ranks: shape.ranks,
    worldSize: shape.ranks,
    seriesPerRank,
    recordsPerEnvelope: shape.events,
    envelopesPerRank: Math.ceil(shape.envelopes / shape.ranks),
    intervalMs: 0,
  }
}

export function eventsOf(plan: Plan): number {
  return plan.ranks * plan.envelopesPerRank * plan.recordsPerEnvelope
}
