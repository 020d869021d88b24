import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { binFolder, folder, repository, start, startProvloom } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { freePorts } from '../support/ports.ts'
import { hasMpich, hasOpenMpi, hasSlurm, hasTorch, named, systemPython } from '../support/needs.ts'

// Four times Python, torch and a launcher on two cores take their time.
vi.setConfig({ testTimeout: 180_000 })

const examples = path.join(repository, 'examples')
const slurmScript = path.join(repository, 'test/support/slurm.sh')

function withPath(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: `${binFolder()}:${process.env['PATH']}`, OMP_NUM_THREADS: '1', ...extra }
}

function expectFourRanks(result: Result, saveDir: string): Graph {
  expect(result.code, result.stderr).toBe(0)
  const graph = new Graph(onlyRun(saveDir))
  expect(graph.violations()).toEqual([])
  const ranks = graph.ofType('RankExecution')
  expect(graph.each(ranks, 'globalRank')).toEqual(['0', '1', '2', '3'])
  expect(graph.each(ranks, 'localRank')).toEqual(['0', '1', '2', '3'])
  expect(new Set(ranks.map((rank) => graph.value(rank, 'status')))).toEqual(new Set(['completed']))
  expect(graph.value(graph.ofType('Run')[0]!, 'worldSize')).toBe('4')
  return graph
}

describe('torchrun', () => {
  const torchrun = async (saveDir: string, options: readonly string[]): Promise<Result> => {
    const env = withPath({ PROVLOOM_PROVENANCE_SAVE_DIR: saveDir })
    const [port] = await freePorts(1)
    const aggregator = startProvloom([
      'aggregator',
      '--experiment-name',
      'digits',
      '--prov-user-namespace',
      'www.example.org',
      '--create-svg',
      '--provenance-save-dir',
      saveDir,
      ...options,
    ])
    await aggregator.seen(/listening/)
    const job = await start(
      systemPython,
      [
        '-m',
        'torch.distributed.run',
        '--no_python',
        '--nproc_per_node',
        '4',
        '--master_port',
        String(port),
        '-r',
        '9:3',
        '-t',
        '9:3',
        'provloom',
        'agent',
        '--',
        systemPython,
        path.join(examples, 'torch-ddp/train.py'),
      ],
      { env },
    ).ended
    aggregator.child.kill('SIGTERM')
    await aggregator.ended
    return job
  }

  it.skipIf(!hasTorch)(
    named(
      'with DistributedDataParallel on 4 ranks gives one graph of all, with their series, contexts and hosts',
      hasTorch,
      'needs python3-torch and python3-sklearn',
    ),
    async () => {
      const saveDir = folder()
      const graph = expectFourRanks(await torchrun(saveDir, ['--collect-all-processes']), saveDir)
      expect(
        graph.ofType('ModelEvaluation').filter((series) => graph.value(series, 'label')?.includes('loss')),
      ).toHaveLength(4)
      expect(graph.ofType('Context').length).toBeGreaterThanOrEqual(8)
      expect(graph.ofType('Host')).toHaveLength(1)
      expect(graph.ofType('Model').length).toBeGreaterThan(0)
      expect(fs.readFileSync(path.join(onlyRun(saveDir), 'prov.svg'), 'utf8')).toContain('<svg')
    },
  )

  it.skipIf(!hasTorch)(
    named(
      'without collectAllProcesses gives a graph of rank 0 alone, and tells ranks 1 to 3 so once',
      hasTorch,
      'needs python3-torch and python3-sklearn',
    ),
    async () => {
      const saveDir = folder()
      const result = await torchrun(saveDir, [])
      expect(result.code, result.stderr).toBe(0)
      const graph = new Graph(onlyRun(saveDir))
      expect(graph.violations()).toEqual([])
      expect(graph.ofType('RankExecution').map((rank) => graph.value(rank, 'globalRank'))).toEqual(['0'])
      expect(
        graph.ofType('ModelEvaluation').filter((series) => graph.value(series, 'label')?.includes('loss')),
      ).toHaveLength(1)
      for (const rank of [1, 2, 3]) {
        expect(
          result.stderr
            .split('\n')
            .filter((line) => line.includes(`rank ${rank}`) && line.includes('collectAllProcesses')),
        ).toHaveLength(1)
      }
    },
  )
})

describe('mpirun', () => {
  const mpi = (saveDir: string, mpirun: string): Promise<Result> =>
    start('bash', [path.join(examples, 'mpi/job.sh')], {
      cwd: path.join(examples, 'mpi'),
      env: withPath({
        SAVE_DIR: saveDir,
        MPIRUN: mpirun,
        OMPI_ALLOW_RUN_AS_ROOT: '1',
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      }),
    }).ended

  it.skipIf(!hasOpenMpi)(
    named('of Open MPI: its example runs, and gives one graph of 4 ranks', hasOpenMpi, 'needs openmpi-bin'),
    async () => {
      const saveDir = folder()
      expectFourRanks(await mpi(saveDir, 'mpirun.openmpi --oversubscribe -n 4'), saveDir)
    },
  )

  it.skipIf(!hasMpich)(named('of MPICH: the same example runs', hasMpich, 'needs mpich'), async () => {
    const saveDir = folder()
    expectFourRanks(await mpi(saveDir, 'mpiexec.hydra -n 4'), saveDir)
  })
})

describe('Slurm', () => {
  it.skipIf(!hasSlurm)(
    named(
      'sbatch: the example runs, and gives one graph of 4 ranks',
      hasSlurm,
      'needs slurm-wlm and munge, as root',
    ),
    async () => {
      const saveDir = folder()
      const slurm = folder()
      const ports = await freePorts(2)
      onTestFinished(() => {
        execFileSync(slurmScript, ['stop', slurm])
      })
      const conf = execFileSync(slurmScript, ['start', slurm, ...ports.map(String)])
        .toString()
        .trim()
      const output = path.join(slurm, 'job.out')
      const result = await start(
        'sbatch',
        [
          '--wait',
          '--nodes=1',
          '--ntasks-per-node=4',
          `--output=${output}`,
          path.join(examples, 'slurm/job.sbatch'),
        ],
        {
          cwd: path.join(examples, 'slurm'),
          env: withPath({ SAVE_DIR: saveDir, SLURM_CONF: conf }),
        },
      ).ended
      const said = fs.existsSync(output) ? fs.readFileSync(output, 'utf8') : ''
      expectFourRanks({ ...result, stderr: result.stderr + said }, saveDir)
    },
  )
})
