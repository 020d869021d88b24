import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { filesOf } from './layout.ts'
import type { RunFacts } from './run-facts.ts'
import { readRunFile } from './run-file.ts'
import type { RunFile } from './run-file.ts'

/** A run as its directory tells, wherever that has been moved or copied to. */
export interface StoredRun {
  readonly facts: RunFacts
  /** run.json, as it was. */
  readonly file: RunFile
  /** Its document is final: nothing can be added any more. */
  readonly finished: boolean
  /** Of the aggregator that had it last. */
  readonly connectionFile: string | undefined
}

/**
 * Reads a run directory's run.json.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` when there is none, or it is of another format
 */
export function readStoredRun(folder: string): StoredRun {
  const runDir = path.resolve(folder)
  const files = filesOf(runDir)
  try {
    const file = readRunFile(runDir)
    const { runId, number, jobKey, ordinal, runName, settings, finished, connectionFile } = file
    return {
      file,
      facts: {
        runId,
        runDir,
        number,
        jobKey,
        ordinal,
        settings,
        ...(runName === undefined ? {} : { runName }),
      },
      finished: finished && !fs.existsSync(files.journal),
      connectionFile,
    }
  } catch (error) {
    throw new ProvloomError('FILE_UNREADABLE', `${folder} is no run directory that can be read`, {
      doing: 'read the run',
      to: files.runJson,
      cause: error,
      hint: 'Name a folder that holds run.json, such as prov/digits_0. What ranks have kept without a run: provloom import SPOOL.',
    })
  }
}

/** The runs of a save directory, as far as they can be read. */
export function storedRunsIn(saveDir: string): StoredRun[] {
  return foldersIn(saveDir).flatMap((folder) => storedRunAt(folder) ?? [])
}

/** The run of that id in a save directory; of copies, any is as good. */
export function storedRunOf(saveDir: string, runId: RunId): StoredRun | undefined {
  for (const folder of foldersIn(saveDir)) {
    // A thousand runs of a thousand ranks are looked through: only what names it is parsed.
    const run = namesRun(folder, runId) ? storedRunAt(folder) : undefined
    if (run?.facts.runId === runId) return run
  }
  return undefined
}

/** Undefined when there is none that can be read. */
export function storedRunAt(runDir: string): StoredRun | undefined {
  if (!fs.existsSync(filesOf(runDir).runJson)) return undefined
  try {
    return readStoredRun(runDir)
  } catch {
    return undefined
  }
}

function foldersIn(saveDir: string): string[] {
  try {
    return fs.readdirSync(saveDir).map((name) => path.join(saveDir, name))
  } catch {
    return []
  }
}

function namesRun(runDir: string, runId: RunId): boolean {
  try {
    return fs.readFileSync(filesOf(runDir).runJson).includes(runId)
  } catch {
    return false
  }
}
