import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, isCount, namesIn } from '@provloom/shared'
import { textIn, textOf, writeSmall } from '../spool/small-file.ts'

/** How far an event file is recorded, for an agent that goes on with it: one small file in the tree's `tensorboard/`. */
export interface FileState {
  readonly path: string
  /** Of the file that was read; undefined where it was too short to be known. */
  readonly head: string | undefined
  /** What stands before is in streams of sessions, or is of none. */
  readonly offset: number
  /** Who writes it, 0 where nobody can tell. */
  readonly pid: number
  readonly start: number
  /** The session that its last values are of, and how that names its folder. */
  readonly session: string | undefined
  readonly base: string | undefined
  readonly context: string | undefined
  /** The stream that they are in, and the number of the record behind them. */
  readonly stream: string | undefined
  readonly next: number
  /** Milliseconds since the Unix epoch. */
  readonly notedMs: number
}

export function folderOfStates(tree: string): string {
  return path.join(tree, 'tensorboard')
}

/** Replaced whole, behind what it speaks of: whoever is killed in between finds records that no state knows, and skips them. */
export function writeState(folder: string, state: FileState): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeSmall(stateOf(folder, state.path), state)
  } catch {
    // A full disk: the next agent reads a little more, and skips what it finds recorded.
  }
}

export function readStates(folder: string): FileState[] {
  return namesIn(folder).flatMap((name) => {
    if (!name.endsWith('.json')) return []
    const fields = fieldsIn(textIn(path.join(folder, name)))
    const count = (of: string): number => {
      const value = fields.get(of)
      return isCount(value) ? value : 0
    }
    const text = (of: string): string | undefined => textOf(fields.get(of))
    const file = text('path')
    if (file === undefined) return []
    return [
      {
        path: file,
        head: text('head'),
        offset: count('offset'),
        pid: count('pid'),
        start: count('start'),
        session: text('session'),
        base: text('base'),
        context: text('context'),
        stream: text('stream'),
        next: count('next'),
        notedMs: count('notedMs'),
      },
    ]
  })
}

/** Whether an agent of another tree beside this one follows a file. */
export function isTakenBeside(tree: string, file: string): boolean {
  const root = path.dirname(tree)
  return namesIn(root).some((name) => {
    const other = path.join(root, name)
    return other !== tree && fs.existsSync(stateOf(folderOfStates(other), file))
  })
}

function stateOf(folder: string, file: string): string {
  return path.join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 24)}.json`)
}
