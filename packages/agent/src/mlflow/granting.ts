import { randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { nameWithin, version } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import type { Beginning } from '@provloom/mlflow'
import { present } from '../client/present.ts'
import { Session } from '../client/session.ts'
import type { SessionOptions } from '../client/session.ts'
import { maskArguments } from '../secrets.ts'
import type { SessionFacts } from '../session/facts.ts'
import { sessionFolderAt } from '../session/folder.ts'
import { recordedVariables } from '../source/allow-list.ts'
import { beginSession } from '../tree/begin-session.ts'
import type { TreeFolder } from '../tree/folder.ts'
import type { Places } from '../tree/places.ts'
import { parentsOf, pidNamespace } from '../tree/processes.ts'
import type { AskingProcess } from './asking-process.ts'
import { mlflowIdOf, runIdOf } from './run-id.ts'

export interface Granted {
  /** 32 hexadecimal digits. */
  readonly runId: string
  readonly rank: number
  readonly session: Session
}

export interface GrantingParts {
  readonly tree: TreeFolder
  readonly places: Pick<Places, 'seat'>
}

/**
 * Grants sessions to the processes that ask by MLflow: a folder in the tree, of the process that asks, as its own client
 * would make it. Its place and its turn are found as for every other session.
 */
export class Granting {
  readonly #parts: GrantingParts
  #count = 0

  constructor(parts: GrantingParts) {
    this.#parts = parts
  }

  /**
   * @param informedBy the run that it follows from, as MLflow has it
   * @throws the system's error; then nothing of it stays
   */
  grant(
    asking: AskingProcess,
    { experiment, runName }: Pick<Beginning, 'experiment' | 'runName'>,
    informedBy: string | undefined,
  ): Granted {
    const { tree, places } = this.#parts
    const id = randomBytes(8).toString('hex')
    const names = present({
      experimentName: experiment === undefined ? undefined : nameWithin(experiment),
      runName: runName === undefined ? undefined : nameWithin(runName),
    })
    const facts = this.#factsOf(id, asking, names)
    const { jobKey, ordinal, settings, place } = places.seat({
      folder: sessionFolderAt(path.join(tree.sessions, id)),
      facts,
    })
    const { experimentName } = settings
    const runId = mlflowIdOf({ jobKey, experimentName, runName: names.runName, ordinal })
    const linked = present({
      newRunId: runIdOf(runId),
      informedBy: informedBy === undefined ? undefined : runIdOf(informedBy),
    })
    const folder = beginSession(tree, {
      ...facts,
      ...linked,
      language: 'python',
      library: 'mlflow',
      libraryVersion: version,
    })
    const options: SessionOptions = names
    const author = { pid: asking.pid, library: 'mlflow', libraryVersion: version, language: 'python' }
    return { runId, rank: place.rank, session: new Session(folder, { kind: 'own', options, author }) }
  }

  #factsOf(
    id: string,
    { pid, start, argv, executable, directory, variables }: AskingProcess,
    names: Pick<SessionFacts, 'experimentName' | 'runName'>,
  ): SessionFacts {
    return {
      session: id,
      seq: this.#count++,
      pid,
      start,
      pidNamespace: pidNamespace(),
      parents: parentsOf(pid),
      openedUs: Date.now() * 1000,
      host: os.hostname(),
      hostId: hostId(),
      uid: process.getuid?.() ?? 0,
      argv: maskArguments(argv),
      executable,
      directory,
      environment: recordedVariables(variables),
      ...names,
    }
  }
}
