import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { folder } from '../../support/cli.ts'
import type { Result, Started } from '../../support/cli.ts'
import { until } from '../../support/job.ts'
import { systemPython } from '../../support/needs.ts'
import { python } from '../../support/python.ts'
import type { Site } from '../../support/site.ts'
import { torchrun, underAgent } from '../../support/torchrun.ts'

/** Exit code and signal, as far as there is one, and as far as somebody saw it. */
type End = readonly [code: number | null, signal: string | null]

/** A kind of run, and what is known of it before: what a judge goes by. */
export interface Kind {
  readonly script: string
  readonly argv: readonly string[]
  readonly world: number
  readonly library: string | null
  readonly launcher: string
  /** Of the run; one of these. */
  readonly status: readonly string[]
  /** Of each rank; one of these. */
  readonly exits: readonly (readonly End[])[]
  /** Ranks that were cut off in a call. */
  readonly cut: readonly number[]
  readonly recovered: 0 | 1
  /** What nobody noted: by whom a claim could be judged is not there. */
  readonly unnoted: readonly string[]
  /** Variables that its ranks have. */
  readonly variables: Readonly<Record<string, string>>
  /** Trains, until all is over. */
  readonly train: (here: Site, notes: string) => Promise<void>
}

const well: readonly End[] = [[0, null]]
const all = ['--collect-all-processes']

async function ends(started: Started, code: number): Promise<Result> {
  const result = await started.ended
  expect(result.code, result.stderr).toBe(code)
  return result
}

const run = (here: Site, ranks: number, words: readonly string[], ...options: readonly string[]): Started =>
  here.start('provloom', ['run', '-n', String(ranks), ...all, ...options, '--', ...words])

const ours = (name: string): string => `provloom:${name}`

export const demo: Kind = {
  script: 'examples/demo/train.py',
  argv: [python, 'examples/demo/train.py'],
  world: 4,
  library: null,
  launcher: 'provloom run',
  status: ['completed'],
  exits: [well, well, well, well],
  cut: [],
  recovered: 0,
  unnoted: [
    'prov:value',
    ...['logs', 'model', 'pid', 'processEnded', 'processStarted', 'rank', 'step'].map(ours),
  ],
  variables: { WORLD_SIZE: '4', MASTER_ADDR: '127.0.0.1' },
  train: async (here) => void (await ends(run(here, 4, demo.argv, '--create-svg'), 0)),
}

const trained = (interpreter: string, ...options: readonly string[]): readonly string[] => [
  interpreter,
  'train.py',
  'NOTES',
  ...options,
]
const withNotes = (argv: readonly string[], notes: string): readonly string[] =>
  argv.map((word) => (word === 'NOTES' ? notes : word))

export const torch: Kind = {
  ...demo,
  unnoted: [],
  script: 'train.py',
  argv: trained(systemPython, '--torch', '--large', 'data/large.bin'),
  library: 'torch.distributed',
  launcher: 'torchrun',
  variables: { WORLD_SIZE: '4', OMP_NUM_THREADS: '1' },
  train: async (here, notes) => {
    // Beyond what is hashed in the call, and not all holes.
    const large = fs.openSync(path.join(here.dir, 'data/large.bin'), 'w')
    fs.writeSync(large, 'begins', 0)
    fs.writeSync(large, 'ends', 65 * 2 ** 20)
    fs.closeSync(large)
    const options = ['--standalone', '--nproc_per_node', '4']
    await ends(torchrun(here, options, [...underAgent, ...withNotes(torch.argv, notes)]), 0)
  },
}

export const mpi: Kind = {
  ...demo,
  unnoted: [],
  script: 'train.py',
  argv: trained(systemPython, '--mpi'),
  world: 2,
  library: 'mpi4py',
  launcher: 'openmpi',
  exits: [well, well],
  variables: { OMPI_COMM_WORLD_SIZE: '2' },
  train: async (here, notes) => {
    const env = {
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      OMPI_MCA_rmaps_base_oversubscribe: '1',
      OMPI_MCA_orte_tmpdir_base: folder(),
    }
    const words = ['-n', '2', ...underAgent, ...withNotes(mpi.argv, notes)]
    await ends(here.start('mpirun.openmpi', words, { env }), 0)
  },
}

export const failed: Kind = {
  ...demo,
  unnoted: [],
  script: 'train.py',
  argv: trained(python, '--fails', '1'),
  world: 3,
  status: ['failed'],
  exits: [[[null, 'SIGTERM']], [[1, null]], [[null, 'SIGTERM']]],
  cut: [0, 2],
  variables: { WORLD_SIZE: '3' },
  train: async (here, notes) => void (await ends(run(here, 3, withNotes(failed.argv, notes)), 1)),
}

/** While nobody has reaped a killed process, how it ended is seen. */
const killedOrUnseen: readonly End[] = [
  [null, null],
  [null, 'SIGKILL'],
]

export const killed: Kind = {
  ...demo,
  unnoted: [],
  script: 'train.py',
  argv: trained(python, '--forever'),
  world: 2,
  status: ['incomplete', 'killed'],
  exits: [killedOrUnseen, killedOrUnseen],
  cut: [0, 1],
  recovered: 1,
  variables: { WORLD_SIZE: '2' },
  train: async (here, notes) => {
    const { ended } = run(here, 2, withNotes(killed.argv, notes))
    const place = path.join(here.saveDir, 'truth_0')
    const noted = (rank: number): number => sizeOf(path.join(notes, `rank-${rank}.jsonl`))
    // Each rank is beyond its files, and something is in the graph.
    await until(
      () => [0, 1].every((rank) => noted(rank) > 100_000) && sizeOf(path.join(place, 'prov.json')) > 0,
    )
    kill(here)
    await ended
    await ends(here.start('provloom', ['recover', place]), 0)
  },
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** kill -9 of all that was started there, until nothing lives. */
function kill(here: Site): void {
  for (let left = living(here); left.length > 0; left = living(here))
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
}

function living(here: Site): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const variables = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        return variables.includes(`TMPDIR=${here.env['TMPDIR']}`)
      } catch {
        return false
      }
    })
    .map(Number)
}
