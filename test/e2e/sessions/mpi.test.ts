import { describe, expect, it } from 'vitest'
import { folder } from '../../support/cli.ts'
import { hasMpich, hasOpenMpi, named } from '../../support/needs.ts'
import { aggregatorOf, expectWhole, param, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import type { Started } from '../../support/cli.ts'

const script = `
import os, sys, time, provloom
rank = int(os.environ.get("OMPI_COMM_WORLD_RANK") or os.environ["PMI_RANK"])
run = provloom.start_run("www.example.org", "e", collect_all_processes=True)
provloom.log_param("which", sys.argv[1])
for step in range(10 + rank):
    provloom.log_metric("loss", rank, step=step)
provloom.end_run()
`

const asRoot = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
}

describe.each([
  ['Open MPI', hasOpenMpi, 'openmpi-bin', 'mpirun.openmpi'],
  ['MPICH', hasMpich, 'mpich', 'mpiexec.hydra'],
])('two jobs of %s', (_, has, needs, command) => {
  const begin = (here: Site, which: string, plain: boolean): Started => {
    const front = plain ? [] : ['provloom', 'agent', '--with-aggregator', '--']
    return here.start(command, ['-n', '2', ...front, 'python3', 't.py', which], {
      // Two that begin at once make the same folder, and one of them gives up.
      env: { ...asRoot, OMPI_MCA_orte_tmpdir_base: folder() },
    })
  }

  it.skipIf(!has).each([
    ['under an agent each', false],
    ['plain', true],
  ])(
    named('at once in one folder are two whole runs, of an aggregator each: %s', has, `needs ${needs}`),
    async (_way, plain) => {
      const here = site()
      here.script('t.py', script)
      const results = await Promise.all(['a', 'b'].map((which) => begin(here, which, plain).ended))
      const said = results.map(({ stderr }) => stderr).join('')
      expect(
        results.map(({ code }) => code),
        said,
      ).toEqual([0, 0])
      await here.gone()
      const runs = here.runs()
      expect(runs.map((run) => param(run, 'which')).sort(), said).toEqual(['a', 'b'])
      for (const run of runs) {
        expectWhole(run, 10, 11)
        expect([ranks(run), run.file.worldSize]).toEqual([['0 0 completed', '1 0 completed'], 2])
      }
      expect(new Set(runs.map(({ file }) => file.jobKey)).size).toBe(2)
      expect(new Set(runs.map(aggregatorOf)).size).toBe(2)
    },
  )
})

it('a rank of a node that does not see the save directory is told every place that was looked in, and kept', async () => {
  const here = site()
  const name = here.script('t.py', script.replace('sys.argv[1]', '"t"'))
  const one = await here.start('provloom', ['agent', '--with-aggregator', '--', 'python3', name], {
    env: {
      RANK: '1',
      PMI_RANK: '1',
      LOCAL_RANK: '0',
      WORLD_SIZE: '2',
      LOCAL_WORLD_SIZE: '1',
      NODE_RANK: '1',
      MASTER_ADDR: 'elsewhere.example.org',
      MASTER_PORT: '29500',
    },
  }).ended
  expect(one.code, one.stderr).toBe(0)
  const key = 'master-elsewhere.example.org-29500~'
  expect(one.stderr).toContain(`${here.saveDir}/.provloom/${key}`)
  expect(one.stderr).toContain(`${here.spoolRoot}/meet/.provloom/${key}`)
  expect(one.stderr).toMatch(/--connection.*provloom import \S+/)
})
