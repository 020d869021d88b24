import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { seldom } from '../../support/effort.ts'
import { until } from '../../support/job.ts'
import { aggregatorOf, expectWhole, param, ranks, site } from '../../support/site.ts'
import type { RunSeen, Site } from '../../support/site.ts'

const ways = [
  ['python script', (here: Site, name: string) => here.plain(name)],
  ['provloom run -- python script', (here: Site, name: string) => here.wrapped([name])],
] as const
const oneWay = [ways[0], ...seldom(...ways.slice(1))] as const

const loop = `
import provloom
for lr in (0.1, 0.01, 0.001):
    run = provloom.start_run("www.example.org", "e")
    provloom.log_param("lr", lr)
    for step in range(100):
        provloom.log_metric("loss", lr / (step + 1), step=step)
    print(provloom.end_run())
`

describe.each(ways)('a loop under %s', (way, startIt) => {
  it('makes a run of each turn', async () => {
    const here = site()
    const result = await startIt(here, here.script('loop.py', loop)).ended
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout).toContain('True\nTrue\nTrue\n')
    const runs = here.runs()
    expect(runs.map((run) => [run.name, param(run, 'lr'), run.file.status])).toEqual([
      ['e_0', '0.1', 'completed'],
      ['e_1', '0.01', 'completed'],
      ['e_2', '0.001', 'completed'],
    ])
    for (const run of runs) {
      expectWhole(run, 100)
      expect(ranks(run)).toEqual(['0 0 completed'])
      expect(run.file.ledger.conflicts).toBe(0)
    }
    if (way.startsWith('provloom')) for (const { name } of runs) expect(result.stderr).toContain(name)
    await here.gone()
  })
})

describe.each(oneWay)('a loop under %s', (_way, startIt) => {
  it('in which a trial raises makes three runs, the second incomplete, each with its own params', async () => {
    const here = site()
    const name = here.script(
      'sweep.py',
      `
import provloom
for lr in (1, 2, 3):
    try:
        provloom.start_run("www.example.org", "e")
        provloom.log_param("lr", lr)
        provloom.log_metric("loss", 1 / lr, step=0)
        if lr == 2:
            raise ValueError("diverged")
        provloom.log_param("reached", lr)
        provloom.end_run()
    except ValueError:
        continue
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    // The script waits for its last run; what became of one that it left is told when that is in.
    await until(() => here.runs().every(({ file }) => file.status !== 'running'))
    const runs = here.runs()
    expect(
      runs.map((run) => [run.name, param(run, 'lr'), param(run, 'reached'), run.file.status]),
      result.stderr,
    ).toEqual([
      ['e_0', '1', '1', 'completed'],
      ['e_1', '2', '', 'incomplete'],
      ['e_2', '3', '3', 'completed'],
    ])
    for (const run of runs) expectWhole(run, 1)
    expect(problems(runs[1]!)).toContain('NOT_ENDED')
    await here.gone()
  })

  it('over experiments and folders makes runs with their names, where it was said, by one aggregator', async () => {
    const here = site()
    const name = here.script(
      'chain.py',
      `
import provloom
for experiment, folder in (("pretrain", "a"), ("finetune", "a"), ("evaluate", "b")):
    with provloom.start_run("www.example.org", experiment, folder):
        provloom.log_metric("loss", 1.0, step=0)
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    const places = ['a/pretrain_0', 'a/finetune_0', 'b/evaluate_0']
    const aggregators = places.map((place) => aggregatorOf({ runDir: path.join(here.dir, place) }))
    expect(aggregators[0]).toBeDefined()
    expect(new Set(aggregators).size, result.stderr).toBe(1)
    await here.gone()
  })
})

function problems({ graph }: RunSeen): string {
  return graph
    .ofType('RankExecution')
    .flatMap((one) => graph.values(one, 'problem'))
    .join('\n')
}
