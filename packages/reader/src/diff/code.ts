import fs from 'node:fs'
import path from 'node:path'
import type { HeadFile } from '@provloom/rundir'
import { limits } from '@provloom/shared'
import type { CodeDiff, CodePatch } from '../answer/diff.ts'
import type { KnownRun } from '../folder/folder.ts'
import { namesOf, rowOf } from './rows.ts'
import { unifiedDiff } from './unified.ts'
import type { NamedText } from './unified.ts'

export function codeDiff(runs: readonly KnownRun[]): CodeDiff {
  const sources = runs.map(({ file }) => file.head?.source)
  const patches = runs.map((run) => codeFile(run, 'diff'))
  const unsure = sources.some((one, i) => one?.dirty === true && patches[i]?.sha256 === undefined)
  const rows = [
    rowOf(
      'commit',
      sources.map((one) => one?.commit),
      unsure ? 'changed in more than one of them, and the changes are not kept' : undefined,
    ),
    rowOf(
      'branch',
      sources.map((one) => one?.branch),
    ),
    rowOf(
      'dirty',
      sources.map((one) => one?.dirty),
    ),
    rowOf(
      'changes',
      patches.map((one) => one?.sha256),
    ),
    rowOf(
      'script',
      runs.map((run) => codeFile(run, 'script')?.sha256),
    ),
    rowOf(
      'command',
      runs.map(({ file }) => file.head?.command?.join(' ')),
    ),
  ]
  return { rows, patches: patchesOf(runs), equal: rows.every(({ equal }) => equal) }
}

function codeFile({ file }: KnownRun, kind: string): HeadFile | undefined {
  return file.head?.inputs.shown.find((one) => one.kind === kind)
}

/** Code that is kept: what was run, and what of it was in no commit. */
const kept: ReadonlySet<string> = new Set(['script', 'source', 'untracked', 'diff'])

/** Of each file of code that the first run and another have otherwise, as far as it is kept. */
function patchesOf([first, ...others]: readonly KnownRun[]): CodePatch[] {
  if (first === undefined) return []
  const ours = codeFiles(first)
  return others.flatMap((other) => {
    const theirs = codeFiles(other)
    return namesOf([ours, theirs]).flatMap((name) => {
      const patch = patchBetween(sideOf(first, name, ours), sideOf(other, name, theirs))
      return patch === '' ? [] : [{ name, a: first.name, b: other.name, patch }]
    })
  })
}

function codeFiles({ file }: KnownRun): Map<string, HeadFile> {
  const files = (file.head?.inputs.shown ?? []).filter(({ kind }) => kept.has(kind))
  return new Map(files.map((one) => [one.name, one]))
}

interface Side extends NamedText {
  readonly file: HeadFile | undefined
}

function sideOf(run: KnownRun, name: string, files: ReadonlyMap<string, HeadFile>): Side {
  const file = files.get(name)
  return { name: `${run.name}/${name}`, file, text: file === undefined ? undefined : textOf(run, file) }
}

/** Empty where one of them is there and was not kept. */
function patchBetween(a: Side, b: Side): string {
  const isUnknown = [a, b].some(({ file, text }) => file !== undefined && text === undefined)
  if (isUnknown || (a.file?.sha256 !== undefined && a.file.sha256 === b.file?.sha256)) return ''
  return unifiedDiff(a, b)
}

/** Undefined where it is not kept, is too large, or lies outside of the run directory. */
function textOf({ directory }: KnownRun, { stored }: HeadFile): string | undefined {
  if (stored === undefined) return undefined
  try {
    const place = fs.realpathSync(path.join(directory, stored))
    if (!place.startsWith(`${fs.realpathSync(directory)}${path.sep}`)) return undefined
    if (!fs.statSync(place).isFile() || fs.statSync(place).size > limits.patchComparedBytesMax)
      return undefined
    return fs.readFileSync(place, 'utf8')
  } catch {
    return undefined
  }
}
