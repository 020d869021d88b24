import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, limits, namesIn } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import type { AskedOnce } from './asked-once.ts'
import { askProgram } from './bounded.ts'
import type { Interpreter } from './interpreter.ts'

/** A question to an interpreter: which one, from where, with which variables. */
export interface Asking {
  readonly interpreter: Interpreter
  readonly directory: string
  readonly variables: Variables
}

/** Said by the interpreter about itself. The script's folder is taken off the path first: nothing of the user's runs. */
const pythonProbe = `
import sys
if sys.path and sys.path[0] == "": sys.path.pop(0)
import json, platform
from importlib import metadata
found = {}
for one in metadata.distributions():
    try:
        name = one.metadata["Name"]
        if name and name not in found: found[name] = one.version or ""
    except Exception: pass
print(json.dumps({"interpreter": sys.executable, "version": platform.python_implementation() + " " + platform.python_version(), "packages": found, "path": sys.path}))
`

const nodeProbe = 'JSON.stringify({interpreter: process.execPath, version: "Node " + process.versions.node})'

/** What of the variables changes what Python finds, beside where it lies. */
const telling = [
  'CONDA_DEFAULT_ENV',
  'CONDA_PREFIX',
  'HOME',
  'LD_LIBRARY_PATH',
  'PYENV_ROOT',
  'PYENV_VERSION',
  'PYTHONEXECUTABLE',
  'PYTHONHOME',
  'PYTHONNOUSERSITE',
  'PYTHONPATH',
  'PYTHONPLATLIBDIR',
  'PYTHONUSERBASE',
  'VIRTUAL_ENV',
]

/**
 * What interpreters say of themselves, in JSON: `interpreter`, `version`, and of Python `packages`. Each is asked once by
 * this agent, and once by all of one user's agents on a machine, as long as what is installed there stays as it is.
 */
export class Interpreters {
  readonly #once: AskedOnce | undefined
  readonly #answers = new Map<string, Promise<string | undefined>>()

  constructor(once?: AskedOnce) {
    this.#once = once
  }

  /** @returns undefined where it said nothing, or not in time; never rejects */
  ask(asking: Asking, signal: AbortSignal): Promise<string | undefined> {
    const { interpreter } = asking
    if (interpreter.kind === 'other') return Promise.resolve(undefined)
    const question = questionOf(interpreter, asking)
    const mark = JSON.stringify(question)
    const known = this.#answers.get(mark)
    if (known !== undefined) return known
    const answer = this.#ask(question, interpreter, asking, signal).catch(() => undefined)
    this.#answers.set(mark, answer)
    return answer
  }

  leave(): void {
    this.#once?.leave()
  }

  async #ask(
    question: unknown,
    interpreter: Exclude<Interpreter, { kind: 'other' }>,
    asking: Asking,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const ask = (): Promise<string | undefined> => askItself(interpreter, asking, signal)
    if (this.#once === undefined) return ask()
    const told = await this.#once.answer(
      question,
      async () => {
        const said = await ask()
        return said === undefined ? undefined : JSON.stringify({ said, installed: installedIn(said) })
      },
      (answer) => {
        const [said, installed] = [fieldsIn(answer).get('said'), fieldsIn(answer).get('installed')]
        return typeof said === 'string' && installed === installedIn(said)
      },
      signal,
    )
    const said = fieldsIn(told).get('said')
    return typeof said === 'string' ? said : undefined
  }
}

function askItself(
  { kind, program }: Exclude<Interpreter, { kind: 'other' }>,
  { directory, variables }: Asking,
  signal: AbortSignal,
): Promise<string | undefined> {
  const bounds = { timeoutMs: limits.interpreterMs, directory, signal }
  if (kind === 'node')
    return askProgram(program, ['-p', nodeProbe], {
      ...bounds,
      environment: { ...variables, NODE_OPTIONS: '' },
    })
  const own = Object.entries(variables).filter(([name]) => !name.startsWith('PROVLOOM_'))
  const environment = { ...Object.fromEntries(own), PYTHONDONTWRITEBYTECODE: '1' }
  return askProgram(program, ['-c', pythonProbe], { ...bounds, environment })
}

/** Two of them are the same where the same file would be started, with what it looks at alike. */
function questionOf(
  { kind, program }: Exclude<Interpreter, { kind: 'other' }>,
  { directory, variables }: Asking,
): unknown {
  const file = fileOf(program, directory, variables)
  const paths = variables['PYTHONPATH']?.split(path.delimiter) ?? []
  // A shim decides by the folder that it is started in.
  const isOfFolder = file === undefined || isScript(file) || !paths.every((one) => path.isAbsolute(one))
  return [
    kind,
    file ?? program,
    file === undefined ? undefined : markOf(file),
    isOfFolder ? [directory, variables['PATH']] : [],
    telling.map((name) => variables[name]),
  ]
}

/** As execvp(3) looks. */
function fileOf(program: string, directory: string, variables: Variables): string | undefined {
  const folders = program.includes('/') ? [''] : (variables['PATH'] ?? '/bin:/usr/bin').split(path.delimiter)
  return folders.map((folder) => path.resolve(directory, folder, program)).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}

/** One that may be started and not be read is taken for one. */
function isScript(file: string): boolean {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(file, 'r')
    const head = Buffer.alloc(2)
    return fs.readSync(descriptor, head, 0, 2, 0) === 2 && head.toString('latin1') === '#!'
  } catch {
    return true
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

function markOf(file: string): string | undefined {
  const found = fs.statSync(file, { bigint: true, throwIfNoEntry: false })
  return found && [found.dev, found.ino, found.size, found.mtimeNs].join(' ')
}

/** What is installed in the folders that Python looks in, by the names of what says so: changed, it is asked again. */
function installedIn(said: string): string {
  const folders = fieldsIn(said).get('path')
  const hash = createHash('sha256')
  for (const folder of Array.isArray(folders) ? folders : []) {
    const names = typeof folder === 'string' ? namesIn(folder).filter((name) => installs.test(name)) : []
    hash.update(JSON.stringify([folder, names.sort()]))
  }
  return hash.digest('hex')
}

const installs = /\.(?:dist-info|egg-info|egg-link|egg|pth)$/
