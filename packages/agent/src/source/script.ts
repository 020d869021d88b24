import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { isInstalled } from './installed.ts'
import { interpreterOf } from './interpreter.ts'

/** What the names of source files end in, or are. */
const source = new RegExp(
  `\\.(?:${[
    'py pyi pyx pxd ipynb r rmd jl m lua pl rb go rs java kt scala cs swift sql sh bash zsh fish awk sbatch slurm',
    'ts mts cts tsx js mjs cjs jsx c h cc cpp cxx hh hpp cu cuh f f90 f95 for',
    'yaml yml toml cfg ini cmake mk smk nf wdl cwl gin jinja j2',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$|^(?:Makefile|Dockerfile|Containerfile|Snakefile|CMakeLists\\.txt)$`,
  'i',
)
const shell = /^(?:ba|da|z|k|mk|c|tc)?sh$|^fish$/
/** Of a shell: its code stands in the command line itself. */
const typed = /^-[A-Za-z]*c$/
/** Of Python: a module's name follows. */
const byModule = /^-[A-Za-z]*m$/

export function isSource(file: string): boolean {
  return source.test(path.basename(file))
}

/**
 * The script that a command runs: what its interpreter is given, else a module below the working folder, else the first
 * source file that its words name. Nothing that is installed, and nothing that is no text: a compiled program is none.
 */
export function scriptOf(argv: readonly string[], directory: string): string | undefined {
  const found = interpreterOf(argv, directory)
  const given = found.script === undefined ? undefined : fileOf(found.script, found.kind)
  if (given !== undefined && isOwnCode(given, found.kind === 'other')) return given
  const words = argv.slice(1)
  if (found.kind !== 'other' && found.script === undefined) {
    const at = found.kind === 'python' ? words.findIndex((word) => byModule.test(word)) : -1
    if (at < 0) return undefined
    const module = moduleFile(words[at + 1], directory)
    if (module !== undefined) return module
  }
  const isShell = shell.test(path.basename(argv[0] ?? ''))
  for (const word of words) {
    if (isShell && typed.test(word)) return undefined
    const file = path.resolve(directory, word)
    if (!word.startsWith('-') && (isShell || isSource(word)) && isFile(file) && !isInstalled(file))
      return file
  }
  return undefined
}

/** Of a folder or archive's name what runs in it. */
function fileOf(script: string, kind: 'python' | 'node' | 'other'): string | undefined {
  if (isFile(script)) return script
  if (kind === 'python') return [path.join(script, '__main__.py')].find(isFile)
  if (kind !== 'node') return undefined
  try {
    return createRequire(script).resolve(script)
  } catch {
    return undefined
  }
}

function moduleFile(name: string | undefined, directory: string): string | undefined {
  if (name === undefined || !/^[\w.]+$/.test(name)) return undefined
  const place = path.join(directory, ...name.split('.'))
  return [`${place}.py`, path.join(place, '__main__.py')].find(isFile)
}

/** @param named by the command's first word alone: it may be a compiled program */
function isOwnCode(file: string, named: boolean): boolean {
  return !isInstalled(file) && (!named || isSource(file) || startsAsScript(file))
}

function startsAsScript(file: string): boolean {
  try {
    const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    try {
      const head = Buffer.alloc(2)
      return fs.readSync(descriptor, head) === 2 && head.toString('latin1') === '#!'
    } finally {
      fs.closeSync(descriptor)
    }
  } catch {
    return false
  }
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true
}
