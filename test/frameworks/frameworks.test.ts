import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { binFolder, folder, repository, start } from '../support/cli.ts'
import { enduring, seldom } from '../support/effort.ts'
import { frameworkPython, hasJudges, judgePython, named } from '../support/needs.ts'

const here = path.join(repository, 'test/frameworks')

/** How a script is started: by itself, as four ranks, or by torchrun inside of one agent or around one for each rank. */
type Launch = '1' | '4' | 'torchrun' | 'torchrun of agents'

interface Framework {
  readonly script: string
  readonly args?: readonly string[]
  /** Modules that it needs. */
  readonly needs: readonly string[]
  readonly launch: Launch
  /** How many run directories, and which ranks have points. */
  readonly runs: number
  readonly ranks: readonly number[]
}

const all = [0, 1, 2, 3]
const torch = ['torch', 'sklearn']
const hf = { script: 'hf_trainer.py', needs: [...torch, 'transformers', 'accelerate'] }
const lightning = { script: 'lightning_fit.py', needs: [...torch, 'lightning'] }
const accelerate = { script: 'accelerate_tracker.py', needs: [...torch, 'accelerate', 'mlflow'], ranks: [0] }
const sklearn = { script: 'sklearn_autolog.py', needs: ['sklearn', 'pandas', 'mlflow.sklearn'], runs: 5 }
const keras = { script: 'keras_fit.py', needs: ['keras', 'jax'] }
const itwinai = { script: 'itwinai_like.py', needs: torch, runs: 1 }
const own = { args: ['integrations'], runs: 1 }

/** By MLflow only rank 0 logs, and what comes after the end of its run is another that goes on with it. */
const byMlflow = (one: typeof hf): Omit<Framework, 'launch'> => ({
  ...one,
  needs: [...one.needs, 'mlflow'],
  args: ['mlflow'],
  runs: 2,
  ranks: [0],
})

const cases: readonly Framework[] = [
  { ...lightning, ...own, launch: '1', ranks: [0] },
  { ...byMlflow(hf), launch: '1' },
  { ...itwinai, launch: '4', ranks: all },
  ...seldom<Framework>(
    { ...hf, ...own, launch: '1', ranks: [0] },
    { ...byMlflow(lightning), launch: '1' },
    { ...accelerate, launch: '1', runs: 1 },
    { ...sklearn, launch: '1', ranks: [0] },
    { ...sklearn, launch: '4', ranks: all },
    { ...hf, ...own, launch: '4', ranks: all },
    { ...hf, ...own, launch: 'torchrun of agents', ranks: all },
    { ...byMlflow(hf), launch: '4' },
    { ...byMlflow(hf), launch: 'torchrun' },
    { ...lightning, ...own, launch: '4', ranks: all },
    { ...lightning, ...own, launch: 'torchrun', ranks: all },
    { ...byMlflow(lightning), launch: '4' },
    { ...byMlflow(lightning), launch: 'torchrun of agents' },
    { ...accelerate, launch: '4', runs: 1 },
    { ...accelerate, launch: 'torchrun', runs: 1 },
    { ...keras, ...own, launch: '1', ranks: [0] },
    { ...keras, ...own, launch: '4', ranks: all },
    { ...keras, needs: [...keras.needs, 'mlflow.keras'], args: ['mlflow'], launch: '1', runs: 2, ranks: [0] },
    { ...keras, needs: [...keras.needs, 'mlflow.keras'], args: ['mlflow'], launch: '4', runs: 2, ranks: all },
  ),
]

/** Debian's torch under Python 3.11 cannot start without the last options. */
const torchrun = ['-m', 'torch.distributed.run', '--nproc_per_node', '4', '-r', '9:3', '-t', '9:3']

function commandOf(python: string, { script, args = [], launch }: Framework, log: string): string[] {
  const words = [path.join(here, 'scripts', script), ...args]
  const collected = ['--collect-all-processes', '--mlflow', '--']
  switch (launch) {
    case '1':
      return ['provloom', 'run', '--mlflow', '--', python, ...words]
    case '4':
      return ['provloom', 'run', '-n', '4', ...collected, python, ...words]
    case 'torchrun':
      return ['provloom', 'run', ...collected, python, ...torchrun, '--log_dir', log, ...words]
    case 'torchrun of agents': {
      const agent = ['provloom', 'agent', '--with-aggregator', ...collected]
      return [python, ...torchrun, '--log_dir', log, '--no_python', ...agent, python, ...words]
    }
  }
}

const isHere = ({ needs }: Framework): boolean => hasJudges && frameworkPython(needs) !== undefined

describe('everything that a framework says is in the run, as Python’s prov and pyarrow read it', () => {
  it.each(
    cases.map((one) => {
      const title = `${one.script} ${one.args?.join(' ') ?? ''} (${one.launch})`
      const reason = `needs a Python with ${one.needs.join(', ')} in PROVLOOM_TEST_FRAMEWORKS or .cache/frameworks`
      return [named(title, isHere(one), reason), one] as const
    }),
  )(
    '%s',
    async (_, one) => {
      if (!isHere(one)) return
      const work = folder()
      const toldTo = path.join(work, 'told')
      fs.mkdirSync(toldTo)
      const [command = '', ...args] = commandOf(frameworkPython(one.needs)!, one, path.join(work, 'log'))
      const result = await start(command, args, {
        cwd: work,
        env: {
          TOLD: toldTo,
          PATH: `${binFolder()}:${process.env['PATH']}`,
          PYTHONPATH: path.join(here, 'told'),
          PROVLOOM_SPOOL_ROOT: path.join(work, 'spools'),
          OMP_NUM_THREADS: '1',
          HF_HUB_OFFLINE: '1',
          KERAS_BACKEND: 'jax',
          MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
        },
      }).ended
      expect(result.code, result.stderr).toBe(0)
      const judge = [path.join(here, 'judge.py'), path.join(work, 'prov'), toldTo]
      const judged = await start(judgePython!, judge).ended
      expect(judged.code, judged.stderr).toBe(0)
      const found = JSON.parse(judged.stdout) as Found
      if (enduring) console.log(judged.stdout.trim())
      expect([found.wrong, found.missing], result.stderr).toEqual([[], 0])
      expect(found.stored).toBe(found.said)
      expect(found.inGraph).toBe(found.said)
      expect(found.said).toBeGreaterThan(20)
      expect([found.runs.length, found.ranks]).toEqual([one.runs, one.ranks])
    },
    600_000,
  )
})

/** What judge.py prints. */
interface Found {
  readonly runs: readonly string[]
  readonly ranks: readonly number[]
  readonly said: number
  readonly stored: number
  readonly missing: number
  readonly inGraph: number
  readonly wrong: readonly string[]
}
