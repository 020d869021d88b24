import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { effort, firstSeed } from '../../support/effort.ts'
import { randomFrom } from '../../support/random.ts'
import { pause, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'

const script = `
import sys, time, provloom
provloom.start_run("www.example.org", "e")
print("begun", flush=True)
for step in range(100):
    provloom.log_metric("loss", step, step=step)
    time.sleep(float(sys.argv[2]))
provloom.end_run()
`

/** Many as there are cores would hide what happens between them. */
const atOnce = 4

it('scripts started at any time, some of them killed, are each one run or one named spool', async () => {
  const here = site()
  const name = here.script('t.py', script)
  const random = randomFrom(firstSeed)
  const begun = new Set<number>()
  const going = new Set<Promise<void>>()
  for (let i = 0; i < Math.ceil(8 * effort); i++) {
    while (going.size >= atOnce) await Promise.race(going)
    const killedAfterMs = random.chance(0.3) ? random.below(3_000) : undefined
    const one = run(here, [name, `${i}`, `${random.pick([0, 0.001, 0.01])}`], killedAfterMs).then(
      (hasBegun) => {
        if (hasBegun) begun.add(i)
        going.delete(one)
      },
    )
    going.add(one)
    await pause(random.below(1_500))
  }
  await Promise.all(going)
  await here.gone()
  const found = [...recorded(here), ...kept(here)]
  const missing = [...begun].filter((i) => !found.includes(i))
  const twice = found.filter((i, at) => found.indexOf(i) !== at)
  expect({ missing, twice }).toEqual({ missing: [], twice: [] })
  for (const { graph, file, name: run } of here.runs()) {
    expect(graph.violations(), run).toEqual([])
    expect([file.status === 'running', file.ledger.ranks.length], run).toEqual([false, 1])
  }
})

/** @returns whether its start_run has returned */
async function run(here: Site, args: readonly string[], killedAfterMs: number | undefined): Promise<boolean> {
  const started = here.plain(...args)
  if (killedAfterMs !== undefined) void pause(killedAfterMs).then(() => started.child.kill('SIGKILL'))
  return (await started.ended).stdout.includes('begun')
}

/** Scripts that have a run, by the number in their command. */
function recorded(here: Site): number[] {
  return here
    .runs()
    .flatMap(({ graph }) => graph.each(graph.ofType('Plan'), 'label'))
    .map((command) => Number(/t\.py (\d+)/.exec(command)?.[1]))
}

function kept(here: Site): number[] {
  const files = fs.readdirSync(here.spoolRoot)
  return files.flatMap((tree) => {
    const sessions = path.join(here.spoolRoot, tree, 'sessions')
    if (!fs.existsSync(sessions)) return []
    return fs.readdirSync(sessions).map((session) => {
      const facts = JSON.parse(fs.readFileSync(path.join(sessions, session, 'session.json'), 'utf8')) as {
        readonly argv: readonly string[]
      }
      return Number(facts.argv.find((word) => /^\d+$/.test(word)))
    })
  })
}
