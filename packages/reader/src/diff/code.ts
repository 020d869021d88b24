import fs from 'node:fs'
import path from 'node:path'
import type { HeadFile } from '@provloom/rundir'
import { limits } from '@provloom/shared'
import type { CodeDiff } from '../answer/diff.ts'
import type { KnownRun } from '../folder/folder.ts'
import { rowOf } from './rows.ts'

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
  const patch = patchBetween(runs)
  return { rows, ...(patch === undefined ? {} : { patch }), equal: rows.every(({ equal }) => equal) }
}

function codeFile({ file }: KnownRun, kind: string): HeadFile | undefined {
  return file.head?.inputs.shown.find((one) => one.kind === kind)
}

/** What the second run's work tree had changed and the first one's had not, and the other way: lines of the kept patches. */
function patchBetween(runs: readonly KnownRun[]): string | undefined {
  const [one, other] = runs.slice(0, 2).map(patchOf)
  if ((one === undefined && other === undefined) || one === other) return undefined
  const [before, after] = [one ?? '', other ?? ''].map((text) => text.split('\n'))
  const [had, has] = [new Set(before), new Set(after)]
  const lines = [
    `--- ${runs[0]!.name}`,
    `+++ ${runs[1]!.name}`,
    ...before!.filter((line) => !has.has(line)).map((line) => `-${line}`),
    ...after!.filter((line) => !had.has(line)).map((line) => `+${line}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Undefined where none is kept, or it lies outside of the run directory. */
function patchOf(run: KnownRun): string | undefined {
  const stored = codeFile(run, 'diff')?.stored
  if (stored === undefined) return undefined
  try {
    const place = fs.realpathSync(path.join(run.directory, stored))
    if (!place.startsWith(`${fs.realpathSync(run.directory)}${path.sep}`)) return undefined
    if (!fs.statSync(place).isFile() || fs.statSync(place).size > limits.patchComparedBytesMax)
      return undefined
    return fs.readFileSync(place, 'utf8')
  } catch {
    return undefined
  }
}
