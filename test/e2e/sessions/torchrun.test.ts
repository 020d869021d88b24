import { describe, expect, it, vi } from 'vitest'
import { enduring, seeds } from '../../support/effort.ts'
import { hasTorch, systemPython } from '../../support/needs.ts'
import { freePorts } from '../../support/ports.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { RunSeen } from '../../support/site.ts'
import { needsTorch, torchrun, underAgent } from '../../support/torchrun.ts'

// torchrun takes seconds to start, on two cores.
vi.setConfig({ testTimeout: 600_000 })

/** Which attempt is told to be informed by which, as `attempt < attempt`. */
function links({ graph }: RunSeen): string[] {
  const names = new Map(graph.ofType('Attempt').map((one) => [one.id!.local, graph.value(one, 'attempt')]))
  return graph
    .relations('wasInformedBy')
    .map(({ args }) =>
      [args['informed']?.local, args['informant']?.local].map((name) => names.get(name ?? '')),
    )
    .filter((ends) => ends.every((end) => end !== undefined))
    .map(([later, earlier]) => `${later} < ${earlier}`)
    .sort()
}

/** Two sessions; in the second rank 1 fails at its first start. */
const failing = `
import os, sys, time, provloom
rank, start = int(os.environ["RANK"]), os.environ["TORCHELASTIC_RESTART_COUNT"]
for which in ("a", "b"):
    provloom.start_run("www.example.org", "e", collect_all_processes=True)
    provloom.log_param("which", which)
    for step in range(10 + rank):
        provloom.log_metric("loss", rank, step=step)
    if which == "b" and start == "0":
        if rank == 0: open("begun", "w").close()
        while not os.path.exists("begun"): time.sleep(0.01)
        if rank == 1: sys.exit(1)
        time.sleep(60)
    provloom.end_run()
`

const agent = [...underAgent, systemPython]
const plain = [systemPython]
const c10d = ['--rdzv_backend', 'c10d', '--rdzv_endpoint']
const withId = ['--rdzv_id', 'again', ...c10d]
const oneNode = ['--master_addr', '127.0.0.1', '--master_port']

type Way = readonly [string, readonly string[], readonly string[], string]
const often: readonly Way[] = [
  ['an agent each, with an id', agent, withId, 'killed'],
  ['plain, without an id', plain, oneNode, 'incomplete'],
]
const seldom: readonly Way[] = [
  ['an agent each, without an id', agent, c10d, 'killed'],
  ['plain, with an id', plain, withId, 'incomplete'],
]

describe.skipIf(!hasTorch)(needsTorch('torchrun that starts its ranks again'), () => {
  describe.each(enduring ? [...often, ...seldom] : often)('%s,', (_, front, meeting, ended) => {
    it.each(seeds(enduring ? 20 : 1))('has both starts in the run of each session (%i)', async () => {
      const here = site()
      const [port] = await freePorts(1)
      const name = here.script('t.py', failing)
      const to = meeting.includes('c10d') ? `127.0.0.1:${port}` : `${port}`
      const options = ['--nproc_per_node', '2', '--max_restarts', '1', ...meeting, to]
      const result = await torchrun(here, options, [...front, name]).ended
      expect(result.code, result.stderr).toBe(0)
      expect(result.stderr).not.toMatch(/earlier runs|import/)
      await here.gone()
      const runs = here.runs()
      expect(
        runs.map((run) => [param(run, 'which'), run.file.status, ranks(run)]),
        result.stderr,
      ).toEqual([
        ['a', 'completed', ['0 0 completed', '0 1 completed', '1 0 completed', '1 1 completed']],
        ['b', 'completed', [`0 0 ${ended}`, '0 1 completed', '1 0 failed', '1 1 completed']],
      ])
      for (const run of runs) {
        expectWhole(run, 10, 10, 11, 11)
        expect(links(run)).toEqual(['1 < 0'])
      }
    })
  })
})
