import fs from 'node:fs'
import path from 'node:path'
import type { Reader, RunRow } from '@provloom/reader'
import { ProvloomError, exitCode, printable, shellWord, shownPath } from '@provloom/shared'
import { printJson, readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import { bytes } from '../output/quantity.ts'

/** `provloom rm RUN...`: nothing is removed where one of them is written, or unfinished and not meant with `--force`. */
export async function remove(runs: readonly string[], given: Given): Promise<number> {
  const reader = readerFor(given)
  const meant = new Map<string, RunRow>()
  for (const run of runs) {
    const directory = reader.directoryOf(run)
    meant.set(directory, await removable(reader, directory, given['force'] === true))
  }
  const removed = [...meant].map(([directory, row]) => {
    removeWhole(directory)
    return { run: row.run, directory, bytes: row.size?.total ?? 0 }
  })
  if (given['json'] === true) printJson({ removed })
  else
    for (const one of removed)
      process.stdout.write(`removed ${printable(shownPath(one.directory))}, ${bytes(one.bytes)}\n`)
  return exitCode.ok
}

/** @throws {ProvloomError} `RUN_HELD`, `RUN_UNFINISHED` */
async function removable(reader: Reader, directory: string, force: boolean): Promise<RunRow> {
  const row = await reader.standing(directory)
  const { life, status, finished } = row
  if (life.state === 'alive')
    throw new ProvloomError('RUN_HELD', `${directory} is being written`, {
      doing: 'remove the run',
      to: directory,
      hint: 'Wait for its end, or end its job first.',
    })
  if (!(status !== 'running' && finished) && !force)
    throw new ProvloomError(
      'RUN_UNFINISHED',
      `${directory} is not finished: what is in its journal would be lost`,
      {
        doing: 'remove the run',
        to: directory,
        hint: `Make it whole: provloom recover ${shellWord(directory)}. Or remove it all the same: --force.`,
      },
    )
  return row
}

/** Moved aside first: what is removed half is no run that anybody lists. */
function removeWhole(directory: string): void {
  const aside = path.join(path.dirname(directory), `.removed-${path.basename(directory)}-${process.pid}`)
  fs.renameSync(directory, aside)
  fs.rmSync(aside, { recursive: true, force: true })
}
