import fs from 'node:fs'
import path from 'node:path'
import { limits, printable } from '@provloom/shared'
import { maskText } from '../secrets.ts'

/**
 * `provloom.log` of a run directory: what agents told of the run's ranks, where no terminal may show it any more. At most
 * 1 MiB; what the directory does not take is lost, as it would be on a terminal.
 */
export function appendRunLog(runDir: string, line: string): void {
  const file = path.join(runDir, 'provloom.log')
  try {
    if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > limits.runLogBytesMax) return
    fs.appendFileSync(file, `${new Date().toISOString()} ${printable(maskText(line))}\n`)
  } catch {
    // Not reachable from this machine, or gone.
  }
}

/** A session's lines in the log of its run, of which it is not known at first where it is. */
export class RunLog {
  #runDir: string | undefined
  readonly #early: string[] = []

  append(message: string): void {
    if (this.#runDir === undefined) this.#early.push(message)
    else appendRunLog(this.#runDir, message)
  }

  begin(runDir: string): void {
    this.#runDir = runDir
    for (const message of this.#early.splice(0)) appendRunLog(runDir, message)
  }
}
