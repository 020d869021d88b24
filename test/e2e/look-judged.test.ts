import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { CurveQuery, RibbonAnswer } from '@provloom/reader'
import { folder, provloom } from '../support/cli.ts'
import { effort } from '../support/effort.ts'
import { hasJudges, judgePython, named } from '../support/needs.ts'

/** Points as a hostile script would log them: gaps, steps twice and backwards, NaN and infinities, ranks that stop early. */
const script = `
import os, random, sys, provloom
from provloom import Context
rank = int(os.environ["RANK"])
random.seed(int(sys.argv[1]) * 1000 + rank)
provloom.start_run("www.example.org", "random")
odd = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e300, 5e-324]
for key, context in (("loss", Context.TRAINING), ("loss", Context.VALIDATION), ("a b/c@d", None)):
    step = 0
    for _ in range(random.choice([0, 1, 3, 200, 900])):
        step += random.choice([1, 1, 1, 2, 50, 0, -1])
        value = random.choice(odd) if random.random() < 0.05 else random.gauss(0, 1)
        args = (key, value) if context is None else (key, value, context)
        provloom.log_metric(*args, step=max(step, 0))
provloom.end_run()
`

/** The same numbers by SQL. */
const judge = `
import duckdb, json, sys, math
runDir, queries = sys.argv[1], json.loads(sys.argv[2])
answers = []
for q in queries:
    where = "key = ? and context is not distinct from ?"
    rows = duckdb.execute(f"""
        with points as (
            select rank, step, value, step // {q['width']} * {q['width']} as x,
                   case when isfinite(value) then value end as finite
            from '{runDir}/metrics/*.parquet' where {where} and step // {q['width']} between {q['from']} // {q['width']} and {q['to']} // {q['width']}),
        means as (select x, rank, avg(finite) as mean from points group by all)
        select x, min(finite), max(finite), count(*), count(*) filter (where isnan(value)), count(distinct rank),
               (select quantile_disc(mean, 0.5) from means m where m.x = p.x)
        from points p group by x order by x""", [q['key'], q['context']]).fetchall()
    answers.append(rows)
print(json.dumps(answers))
`

type Row = readonly [
  x: number,
  min: number | null,
  max: number | null,
  count: number,
  nan: number,
  ranks: number,
  median: number | null,
]

function rowsOf({ columns, odd }: RibbonAnswer): Row[] {
  const known = (name: 'min' | 'max' | 'median', i: number): number | null =>
    odd[name]?.nan?.includes(i) === true ? null : columns[name][i]!
  return columns.x.map((x, i) => [
    x,
    known('min', i),
    known('max', i),
    columns.count[i]!,
    columns.nan[i]!,
    columns.ranks[i]!,
    known('median', i),
  ])
}

const near = (value: number | null): unknown =>
  value === null ? null : Math.abs(value) > 1e290 ? expect.any(Number) : expect.closeTo(value, 9)

it.skipIf(!hasJudges)(
  named('curves have the numbers that DuckDB finds in metrics/, of random runs', hasJudges, 'no judges'),
  async () => {
    const saveDir = folder()
    const file = path.join(saveDir, '.train.py')
    fs.writeFileSync(file, script)
    const run = async (seed: number): Promise<string> => {
      const into = path.join(saveDir, `seed-${seed}`)
      const { code, stderr } = await provloom([
        'run',
        '-n',
        '3',
        '--collect-all-processes',
        '--provenance-save-dir',
        into,
        '--',
        'python3',
        file,
        String(seed),
      ])
      expect(code, stderr).toBe(0)
      return into
    }
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10_000 }),
        fc.array(
          fc.record({
            buckets: fc.constantFrom(1, 2, 7, 64, 512),
            from: fc.constantFrom(0, 0, 5, 100),
            length: fc.constantFrom(0, 10, 300, 100_000),
          }),
          { minLength: 4, maxLength: 4 },
        ),
        async (seed, asked) => {
          const reader = openReader(await run(seed))
          const { metrics } = await reader.run()
          const mine: { readonly query: unknown; readonly rows: Row[] }[] = []
          for (const { id, key, context = null } of metrics.filter(({ measured }) => measured !== true))
            for (const { buckets, from, length } of asked) {
              const query: CurveQuery = { metric: id, buckets, from, to: from + length }
              const answer = await reader.curve(undefined, query)
              if (answer.kind !== 'ribbon') throw new Error('a ribbon is what is asked for unless told')
              expect(answer.columns.x.length).toBeLessThanOrEqual(buckets + 1)
              const { width } = answer
              mine.push({ query: { key, context, width, from, to: from + length }, rows: rowsOf(answer) })
            }
          const said = execFileSync(
            judgePython!,
            ['-c', judge, reader.directoryOf(), JSON.stringify(mine.map(({ query }) => query))],
            { encoding: 'utf8' },
          )
          const theirs = JSON.parse(said) as Row[][]
          for (const [i, { query, rows }] of mine.entries())
            expect(rows, JSON.stringify(query)).toEqual(theirs[i]!.map((row) => row.map(near)))
        },
      ),
      { numRuns: Math.ceil(2 * effort), seed: 20261128 },
    )
  },
)
