import path from 'node:path'
import type { RunFacts } from '@provloom/rundir'
import { systemCode } from '@provloom/shared'
import type { ControlEntry } from '@provloom/rundir/entry'
import type { Files, Lsn } from '@provloom/shared'
import type { Readers } from './readers.ts'
import type { Surroundings } from './surroundings.ts'

/** A run that is at rest. */
interface Ended {
  readonly facts: Pick<RunFacts, 'runDir'>
  readonly readers: Readers
  readonly record: (entry: ControlEntry) => Promise<Lsn>
  readonly still: <R>(work: Generator<void, R>) => Promise<R>
}

/**
 * Looks whether what the run's records name as stored is in its run directory, and records what is not there any more, or
 * is there again: somebody may have removed or moved it while the run went on. Each folder is listed once, which costs
 * little where one look at each file would not.
 */
export async function recordGone(run: Ended, { files, clock }: Surroundings): Promise<void> {
  const { named, gone } = run.readers.graph.files()
  const found = await run.still(lookFor(files, run.facts.runDir, named))
  const lost = named.filter((file) => found.get(file) === false && !gone.has(file))
  const back = named.filter((file) => found.get(file) === true && gone.has(file))
  for (let from = 0; from < Math.max(lost.length, back.length); from += filesPerEntry)
    await run.record({
      kind: 'gone',
      time: clock.nowUs(),
      files: lost.slice(from, from + filesPerEntry),
      back: back.slice(from, from + filesPerEntry),
    })
}

const filesPerEntry = 1_000

/** Whether each is there; undefined of what cannot be known now. */
function* lookFor(
  files: Files,
  runDir: string,
  named: readonly string[],
): Generator<void, Map<string, boolean>> {
  const found = new Map<string, boolean>()
  const folders = new Map<string, string[]>()
  for (const file of named) {
    const folder = path.posix.dirname(file)
    const inside = folders.get(folder)
    if (inside === undefined) folders.set(folder, [file])
    else inside.push(file)
  }
  for (const [folder, inside] of folders) {
    const names = namesIn(files, path.join(runDir, folder))
    if (names !== undefined) for (const file of inside) found.set(file, names.has(path.posix.basename(file)))
    yield
  }
  return found
}

function namesIn(files: Files, folder: string): ReadonlySet<string> | undefined {
  try {
    return new Set(files.list(folder))
  } catch (error) {
    return systemCode(error) === 'ENOTDIR' ? new Set() : undefined
  }
}
