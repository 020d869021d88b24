import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { version, workingFolder } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import { maskArguments } from '../secrets.ts'
import { spoolFormat } from '../session/facts.ts'
import { sessionFolderAt } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { recordedVariables } from '../source/allow-list.ts'
import { writeSmall } from '../spool/small-file.ts'
import type { TreeFolder } from '../tree/folder.ts'
import { parentsOf, pidNamespace, startOf } from '../tree/processes.ts'
import { writeCurrent } from './current-file.ts'
import type { SessionOptions } from './session.ts'

let sequence = 0

/**
 * Makes the folder of a session: session.json says who begins it, how that process was started, and what it asks for.
 *
 * @param script the file of the user's code, which its client records
 * @param inherited id of the open session that this process was handed
 * @throws the system's error; then nothing of it stays. ENOENT: an agent that left has taken the empty tree away
 */
export function makeSession(
  tree: TreeFolder,
  options: SessionOptions,
  script: string | undefined,
  inherited: string | undefined,
  kind: 'own' | 'rank',
): SessionFolder {
  const id = randomBytes(8).toString('hex')
  const hidden = path.join(tree.sessions, `.${id}`)
  const root = path.join(tree.sessions, id)
  try {
    fill(hidden, id, options, { script, inherited, kind })
    fs.renameSync(hidden, root)
    writeCurrent(tree, id)
  } catch (error) {
    for (const folder of [hidden, root]) fs.rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return sessionFolderAt(root)
}

function fill(
  hidden: string,
  id: string,
  options: SessionOptions,
  {
    script,
    inherited,
    kind,
  }: {
    readonly script: string | undefined
    readonly inherited: string | undefined
    readonly kind: 'own' | 'rank'
  },
): void {
  for (const folder of ['', 'streams', 'ledgers', 'files'])
    fs.mkdirSync(path.join(hidden, folder), { mode: 0o700 })
  writeSmall(path.join(hidden, 'session.json'), {
    format: spoolFormat,
    session: id,
    seq: sequence++,
    pid: process.pid,
    start: startOf(process.pid),
    pidNamespace: pidNamespace(),
    parents: parentsOf(process.pid),
    openedUs: Date.now() * 1000,
    host: os.hostname(),
    hostId: hostId(),
    uid: process.getuid?.() ?? 0,
    argv: maskArguments([process.argv0, ...process.execArgv, ...process.argv.slice(1)]),
    executable: process.execPath,
    directory: workingFolder(),
    ...(script === undefined ? {} : { script }),
    environment: { ...recordedVariables(process.env), ...givenVariables() },
    language: 'javascript',
    library: '@provloom/agent',
    libraryVersion: version,
    ...(inherited === undefined ? {} : { inherited }),
    ...(kind === 'rank' ? { by: 'rank' } : {}),
    ...(options.rank === undefined ? {} : { said: 'call' }),
    ...options,
  })
}

/** Options that stand in the environment and are no secrets: the agent reads them where the process is long gone. */
function givenVariables(): Record<string, string> {
  const names = ['PROVLOOM_JOB_KEY', 'PROVLOOM_RUN_ID', 'PROVLOOM_LAUNCHER']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}
