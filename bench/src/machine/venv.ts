import fs from 'node:fs'
import path from 'node:path'
import { run } from './child.ts'
import { repoRoot } from './paths.ts'

/** A Python of its own with packages from PyPI, under .cache/bench-venvs. */
export interface Venv {
  readonly name: string
  /** What pip is given, in this order; a list of its own for each call. */
  readonly install: readonly (readonly string[])[]
  /** A module that must be importable from the system's Python, which the venv then sees. */
  readonly system?: string
}

const ROOT = path.join(repoRoot, '.cache', 'bench-venvs')
const INSTALL_MS = 15 * 60_000

export type VenvLook =
  | { readonly kind: 'there'; readonly python: string }
  | { readonly kind: 'absent'; readonly why: string }

/** The venv's interpreter; installed first when it is not there and `install` is asked for. */
export async function venvPython(
  venv: Venv,
  install: boolean,
  say: (text: string) => void,
): Promise<VenvLook> {
  const folder = path.join(ROOT, venv.name)
  const python = path.join(folder, 'bin', 'python')
  const done = path.join(folder, '.installed')
  const wanted = JSON.stringify(venv.install)
  if (readIfThere(done) === wanted) return { kind: 'there', python }
  if (!install) return { kind: 'absent', why: 'not installed; npm run bench -- --peers installs it' }
  say(`installs ${venv.name} into ${path.relative(repoRoot, folder)}`)
  const why = await fill(venv, folder, python)
  if (why !== undefined) return { kind: 'absent', why }
  fs.writeFileSync(done, wanted)
  return { kind: 'there', python }
}

/** @returns why it could not be installed */
async function fill(venv: Venv, folder: string, python: string): Promise<string | undefined> {
  const base = venv.system === undefined ? 'python3' : '/usr/bin/python3'
  if (venv.system !== undefined) {
    const look = await run(base, ['-c', `import ${venv.system}`])
    if (look.code !== 0) return `needs the system's Python with ${venv.system}`
  }
  const made = await run(base, ['-m', 'venv', ...(venv.system ? ['--system-site-packages'] : []), folder])
  if (made.code !== 0) return lastLine(made.errors + made.output)
  for (const words of venv.install) {
    const ran = await run(
      python,
      ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...words],
      {},
      { timeoutMs: INSTALL_MS },
    )
    if (ran.code !== 0) return lastLine(ran.errors)
  }
  return undefined
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.slice(0, 200) ?? 'no reason given'
}
