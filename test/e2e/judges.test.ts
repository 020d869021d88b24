import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, provloom, repository, start } from '../support/cli.ts'
import { dataPath } from '../support/data.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { hasJudges, judgePython, named } from '../support/needs.ts'

const ranks = 3
const steps = 1500
/** Values whose last bits matter, the same in both languages: IEEE 754 division and multiplication. */
const value = (rank: number, step: number): number => (step * 1.1 + rank) / 3

const script = `
import os, provloom
provloom.start_run("www.example.org", "judged")
rank = int(os.environ["RANK"])
provloom.log_param("rank_seed", rank)
provloom.log_param("lr", 0.1)
for step in range(${steps}):
    provloom.log_metric("loss", (step * 1.1 + rank) / 3, "TRAINING", step=step)
provloom.end_run()
`

it.skipIf(!hasJudges)(
  named(
    'Python prov, the W3C schema, pandas, DuckDB and polars read a run of 3 ranks and find all of it',
    hasJudges,
    'needs PROVLOOM_TEST_PYTHON, see CONTRIBUTING.md',
  ),
  async () => {
    const saveDir = folder()
    const file = path.join(folder(), 'train.py')
    fs.writeFileSync(file, script)
    const run = await provloom([
      'run',
      '-n',
      String(ranks),
      '--collect-all-processes',
      '--provenance-save-dir',
      saveDir,
      '--sample-interval-seconds',
      '0',
      '--',
      'python3',
      file,
    ])
    expect(run.code, run.stderr).toBe(0)
    const result = await start(judgePython!, [
      path.join(repository, 'test/support/judge.py'),
      onlyRun(saveDir),
      dataPath('schemas/prov-json.schema.json'),
    ]).ended
    expect(result.code, result.stderr).toBe(0)
    const judged: unknown = JSON.parse(result.stdout)
    const expected = Array.from({ length: ranks }, (_, rank) =>
      Array.from({ length: steps }, (_, step) => [rank, step, value(rank, step)] as const),
    ).flat()
    expect(judged).toMatchObject({ roundTrip: true, schemaErrors: [], agree: true })
    const { records, unified, points, columns } = judged as {
      records: number
      unified: number
      points: [number, string, number, string][]
      columns: string[]
    }
    expect(columns).toEqual(['rank', 'attempt', 'context', 'source', 'key', 'step', 'time', 'value'])
    expect(records).toBe(new Graph(onlyRun(saveDir)).document.records.length)
    expect(unified).toBe(records)
    const loss = points.filter(([, key]) => key === 'loss')
    expect(loss).toHaveLength(expected.length)
    const byStep = new Map(loss.map(([rank, , step, hex]) => [`${rank} ${step}`, hex]))
    for (const [rank, step, exact] of expected) expect(fromHex(byStep.get(`${rank} ${step}`)!)).toBe(exact)
  },
)

/** Python's float.hex, exactly. */
function fromHex(text: string): number {
  const match = /^(-?)0x([01])\.([0-9a-f]+)p([+-]\d+)$/.exec(text)
  if (match === null) throw new Error(text)
  const [, sign, whole, digits, exponent] = match
  const mantissa = Number(whole) + Number.parseInt(digits!, 16) / 16 ** digits!.length
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** Number(exponent)
}
