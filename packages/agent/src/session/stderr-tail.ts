import fs from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { limits } from '@provloom/shared'
import { statOf } from '@provloom/shared/process'
import { maskTail } from '../secrets.ts'

/** Whose standard error is read, and who else may write it. */
export interface StderrOf {
  readonly pid: number
  /** The process below the launcher: what its parent has too, all ranks of the machine write. */
  readonly topPid: number
  /** Whether it is one of several ranks. */
  readonly isOneOfMany: boolean
  /** Whether this process was there before it, with the same streams. */
  readonly isWrapped: boolean
}

/**
 * The last lines that a rank wrote to standard error, where that is a file of its own: a batch system's, torchrun's
 * (`--redirects`), a shell's (`2> train.log`). They are read back from the file; nothing stands between the rank and its
 * stream, so a terminal stays one, and nothing waits for us. A terminal or a pipe cannot be read back, and a file that
 * ranks share says not whose a line is: there is none then.
 */
export class StderrTail {
  readonly #descriptor: number
  readonly #from: number

  private constructor(descriptor: number, from: number) {
    this.#descriptor = descriptor
    this.#from = from
  }

  /** While the process lives, or this one has its streams. Never throws. */
  static of({ pid, topPid, isOneOfMany, isWrapped }: StderrOf): StderrTail | undefined {
    const own = fileAt(process.pid)
    const file = fileAt(pid) ?? (isWrapped ? own : undefined)
    if (file === undefined) return undefined
    if (isOneOfMany && fileAt(parentOf(topPid))?.id === file.id) return undefined
    try {
      const from = isWrapped && file.id === own?.id ? sizeAtStart : file.size
      return new StderrTail(fs.openSync(file.path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK), from)
    } catch {
      return undefined // It may be written and not read.
    }
  }

  /** Without the secrets in them, and without what we said ourselves; undefined where there are none. Never throws. */
  read(): string | undefined {
    try {
      const { size } = fs.fstatSync(this.#descriptor)
      // Emptied since, it begins anew.
      const first = this.#from <= size ? this.#from : 0
      const bytes = Buffer.alloc(Math.min(size - first, reach * limits.stderrLengthMax))
      const got = fs.readSync(this.#descriptor, bytes, 0, bytes.length, size - bytes.length)
      return lastLines(bytes.toString('utf8', 0, got))
    } catch {
      return undefined
    }
  }

  close(): void {
    try {
      fs.closeSync(this.#descriptor)
    } catch {
      // It is closed.
    }
  }
}

/** So many times what is kept is looked at: lines of ours, progress bars and secrets are cut first. */
const reach = 8
/** How much was in our own standard error before any command of ours was started. */
const sizeAtStart = fileAt(process.pid)?.size ?? 0

function lastLines(text: string): string | undefined {
  const lines = stripVTControlCharacters(text)
    .replaceAll(/[^\P{Cc}\t\r\n]/gu, '')
    .split('\n')
    // Of a line that was written over the last words.
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '')
    .filter((line) => !line.startsWith('provloom: '))
  const told = maskTail(lines.join('\n').trim(), limits.stderrLengthMax)
  const kept = told.split('\n').slice(-limits.stderrLinesMax).join('\n')
  return kept === '' ? undefined : kept
}

interface Seen {
  readonly path: string
  readonly id: string
  readonly size: number
}

/** A process's standard error, where it is a regular file. */
function fileAt(pid: number | undefined): Seen | undefined {
  if (pid === undefined) return undefined
  try {
    const path = `/proc/${pid}/fd/2`
    const found = fs.statSync(path)
    return found.isFile() ? { path, id: `${found.dev}.${found.ino}`, size: found.size } : undefined
  } catch {
    return undefined
  }
}

function parentOf(pid: number): number | undefined {
  const parent = Number(statOf(pid)?.[1])
  return parent > 0 ? parent : undefined
}
