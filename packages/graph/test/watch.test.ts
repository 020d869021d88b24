import { describe, expect, it } from 'vitest'
import { attemptOf, rankOf } from '@provloom/shared'
import { values } from './support/look.ts'
import { RunScript, startUs } from './support/run.ts'
import type { Said } from './support/run.ts'

interface Watch {
  rank: number
  times: [number, number?][]
  rows: number
  joules: number
  /** When it told of energy last: at its end, or much later than anybody ends. */
  heard?: number
}

/** A machine of two ranks: when each watched it, in seconds, how often it measured, and what it counted. */
function watched(...all: readonly Watch[]): RunScript {
  const run = new RunScript().open()
  const about = { host: 'n', hostId: 'aabbccdd-1' }
  for (const { rank, times, rows, joules, heard = times.at(-1)?.[1] ?? 300 } of all) {
    const edge = (which: 'start' | 'end', s: number): Said =>
      Object.assign({ type: 'watch' as const, edge: which, ...about }, { time: startUs + s * 1e6 })
    const edges = times.flatMap(([from, to]) => [
      edge('start', from),
      ...(to === undefined ? [] : [edge('end', to)]),
    ])
    const energy: Said = Object.assign(
      {
        type: 'energy' as const,
        device: 'cpu',
        joules,
        method: 'rapl',
        kind: 'measured',
        covers: 'package',
        counted: true,
        ...about,
      } as const,
      { time: startUs + heard * 1e6 },
    )
    const points = Array.from({ length: rows }, (_, step) => ({ series: 0, step, value: 1 }))
    const series: Said = { type: 'series', id: 0, key: 'load', source: 'host-aabbccdd', measures: 'host' }
    run.admit(rank, 0, about.host, 2, about.hostId)
    run.log(rank, [...edges, series, energy], points, 0, 'agent-1')
  }
  return run
}

describe('a machine that is watched', () => {
  const told = (run: RunScript): unknown[] => {
    const document = run.graph.document()
    const rows = values(document, 'run:host-n.aabbccdd.load', 'rows')
    return [rows, values(document, 'run:energy', 'measuredJoules')]
  }

  it('by one rank in place of another one, whose agent was killed and whose script goes on, counts both', () => {
    const killed: Watch = { rank: 0, times: [[0]], rows: 3, joules: 30, heard: 8 }
    const next: Watch = { rank: 1, times: [[8, 30]], rows: 5, joules: 50 }
    expect(told(watched(killed, next))).toEqual([['8'], ['80.0']])
    expect(told(watched(next, killed))).toEqual([['8'], ['80.0']])
  })

  it.each([
    ['one after the other', [[0, 10]], [[10, 30]], ['8', '80.0']],
    ['in turns', [[0, 10], [20]], [[10, 20]], ['8', '80.0']],
    ['the second before the first has ended', [[0, 10]], [[9, 30]], ['5', '50.0']],
    ['the second while the first goes on', [[0]], [[9, 30]], ['3', '30.0']],
    ['the second within the first', [[0, 100]], [[9, 30]], ['3', '30.0']],
  ] as const)(
    'by two ranks, %s, counts no time twice, whoever is heard first',
    (_, first, second, expected) => {
      const times = (all: readonly (readonly number[])[]): [number, number?][] =>
        all.map(([a, b]) => (b === undefined ? [a!] : [a!, b]))
      const both = [
        { rank: 0, times: times(first), rows: 3, joules: 30 },
        { rank: 1, times: times(second), rows: 5, joules: 50 },
      ] as const
      const [rows, joules] = expected
      expect(told(watched(...both))).toEqual([[rows], [joules]])
      expect(told(watched(both[1], both[0]))).toEqual([[rows], [joules]])
    },
  )

  it('counts what a rank that was killed had measured, once it is known that it was', () => {
    const run = watched(
      { rank: 0, times: [[0]], rows: 3, joules: 30, heard: 8 },
      { rank: 1, times: [[9, 30]], rows: 5, joules: 50 },
    )
    run.tell({ kind: 'lost', time: startUs, rank: rankOf(0), attempt: attemptOf(0) })
    expect(told(run)).toEqual([['8'], ['80.0']])
  })
})
