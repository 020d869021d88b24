import fs from 'node:fs'
import path from 'node:path'
import { filesOf, readRunsFile } from '@provloom/rundir'
import type { StoredRun } from '@provloom/rundir'
import { ProvloomError, controlRoot } from '@provloom/shared'
import { refuseSecond } from '../control/running.ts'

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
