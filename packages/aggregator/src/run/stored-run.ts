import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, controlRoot } from '@provloom/shared'
import { refuseSecond } from '../control/running.ts'
import { isRunFacts, readRunsFile } from '../control/runs-file.ts'
import { filesOf } from './facts.ts'
import type { RunFacts } from './facts.ts'

/** A run as its directory tells, wherever that has been moved or copied to. */
export interface StoredRun {
  readonly facts: RunFacts
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
  const file = filesOf(runDir).runJson
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    const fields = new Map<string, unknown>(
      typeof value === 'object' && value !== null ? Object.entries(value) : [],
    )
    const facts = Object.fromEntries(
      ['runId', 'number', 'jobKey', 'settings'].map((name) => [name, fields.get(name)]),
    )
    const found: unknown = { ...facts, runDir }
    if (fields.get('format') !== 1 || !isRunFacts(found)) throw new Error('it is no run.json of format 1')
    const connectionFile = fields.get('connectionFile')
    return {
      facts: found,
      finished: fields.get('finished') === true && !fs.existsSync(filesOf(runDir).journal),
      connectionFile: typeof connectionFile === 'string' ? connectionFile : undefined,
    }
  } catch (error) {
    throw new ProvloomError('FILE_UNREADABLE', `${folder} is no run directory that can be read`, {
      doing: 'read the run',
      to: file,
      cause: error,
      hint: 'Name a folder that holds run.json, such as prov/digits_0. What ranks have kept without a run: provloom import SPOOL.',
    })
  }
}

export function noOpenRun(runDir: string): ProvloomError {
  return new ProvloomError(
    'FILE_UNREADABLE',
    `${runDir} holds no run that could go on: its journal is gone`,
    {
      doing: 'go on with the run',
      to: filesOf(runDir).journal,
      hint: 'Its prov.json is as it was saved last.',
    },
  )
}

/**
 * Makes sure that no living aggregator has the run: the last one, and those with a control folder beside the run. One
 * that has the original of a copied run directory does not count.
 *
 * @throws {ProvloomError} `AGGREGATOR_RUNNING`
 */
export async function refuseRunning({ facts, connectionFile }: StoredRun): Promise<void> {
  const beside = controlRoot(path.dirname(facts.runDir))
  const names = fs.existsSync(beside) ? fs.readdirSync(beside) : []
  const connections = new Set(names.map((name) => path.join(beside, name, 'connection.json')))
  if (connectionFile !== undefined) connections.add(connectionFile)
  for (const connection of connections) {
    const runs = readRunsFile(path.join(path.dirname(connection), 'runs.json'))
    const has = runs?.open.some((one) => one.runId === facts.runId && !isOther(one.runDir, facts.runDir))
    if (has === true) await refuseSecond(connection)
  }
}

/** Whether both are here, and are two folders. */
function isOther(one: string, another: string): boolean {
  try {
    return fs.realpathSync(one) !== fs.realpathSync(another)
  } catch {
    return false
  }
}
