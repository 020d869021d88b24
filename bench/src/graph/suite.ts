import path from 'node:path'
import { figureOf } from '../figure.ts'
import type { Figure, FigureFacts } from '../figure.ts'
import { runForJson } from '../machine/child.ts'
import { repoRoot } from '../machine/paths.ts'
import type { Bench, Suite } from '../suite.ts'

/** What bench/graph.js says. */
interface Found {
  readonly records: number
  readonly bytes: number
  readonly gzipBytes: number
  readonly renderMs: readonly number[]
  readonly flushMs: readonly number[]
  readonly flushStretchMs: readonly number[]
  readonly readMs: readonly number[]
  readonly validateMs: readonly number[]
  readonly queries: Readonly<Record<string, number>>
}

/** What the model of a run was measured at before it was built, with a prefix of two letters. */
interface Designed {
  readonly ranks: number
  readonly records: number
  readonly bytes: number
  readonly readMs: number
  readonly validateMs: number
}

const designed: readonly Designed[] = [
  { ranks: 4, records: 602, bytes: 0.12e6, readMs: 20, validateMs: 9 },
  { ranks: 128, records: 5839, bytes: 1.3e6, readMs: 69, validateMs: 28 },
  { ranks: 1024, records: 43_834, bytes: 10e6, readMs: 594, validateMs: 186 },
  { ranks: 4096, records: 165_908, bytes: 37.9e6, readMs: 2200, validateMs: 900 },
]

/** The size at which the design says how much there may be. */
const barRanks = 1024

/** The document of a run of so many ranks: its size, and what it costs to write, read and check it. */
export const graphSuite: Suite = {
  name: 'graph',
  title: 'prov.json of a run with ten series a rank (peer: the design; at 4,096 ranks without GPUs there)',
  async *measure(bench) {
    const sizes = bench.options.quick ? designed.slice(0, 2) : designed
    for (const design of sizes) {
      if (bench.wants(`graph.${design.ranks}`)) yield* measured(bench, design)
    }
  },
}

async function* measured(bench: Bench, design: Designed): AsyncGenerator<Figure> {
  const { ranks } = design
  const isBar = ranks === barRanks
  const found = (await runForJson(process.execPath, [
    path.join(repoRoot, 'bench/graph.js'),
    String(ranks),
    String(bench.options.quick ? 2 : 3),
    ...(isBar ? ['queries'] : []),
  ])) as Found
  const figure = (facts: Omit<FigureFacts, 'better'>, values: readonly number[]): Figure =>
    figureOf(
      { ...facts, name: `graph.${ranks}.${facts.name}`, better: 'lower' },
      values.map((value) => ({ value })),
    )
  const most = (bound: number): Partial<FigureFacts> => (isBar ? { goal: { of: 'value', bound } } : {})
  yield figure({ name: 'records', unit: 'records', peers: { design: design.records } }, [found.records])
  yield figure({ name: 'bytes', unit: 'bytes', peers: { design: design.bytes }, ...most(12e6) }, [
    found.bytes,
  ])
  yield figure({ name: 'gzip', unit: 'bytes' }, [found.gzipBytes])
  yield figure({ name: 'render', unit: 'ms' }, found.renderMs)
  yield figure({ name: 'flush', unit: 'ms' }, found.flushMs)
  yield figure({ name: 'flush.stretch', unit: 'ms' }, found.flushStretchMs)
  yield figure({ name: 'read', unit: 'ms', peers: { design: design.readMs } }, found.readMs)
  yield figure(
    { name: 'validate', unit: 'ms', peers: { design: design.validateMs }, ...most(500) },
    found.validateMs,
  )
  for (const [question, ms] of Object.entries(found.queries)) {
    yield figure({ name: `question.${question}`, unit: 'ms' }, [ms])
  }
}
