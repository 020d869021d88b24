import fs from 'node:fs'
import path from 'node:path'
import type { SessionFacts } from '../session/facts.ts'
import { spoolFormat } from '../session/facts.ts'
import { sessionFolderAt } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { writeSmall } from '../spool/small-file.ts'
import type { TreeFolder } from './folder.ts'

/**
 * Makes the folder of a session that an agent begins for a process which did not: session.json says of whom it is.
 *
 * @throws the system's error; then nothing of it stays
 */
export function beginSession(
  tree: TreeFolder,
  facts: SessionFacts & { readonly [field: string]: unknown },
): SessionFolder {
  const hidden = path.join(tree.sessions, `.${facts.session}`)
  const root = path.join(tree.sessions, facts.session)
  try {
    for (const folder of ['streams', 'ledgers', 'files'])
      fs.mkdirSync(path.join(hidden, folder), { recursive: true, mode: 0o700 })
    writeSmall(path.join(hidden, 'session.json'), { format: spoolFormat, ...facts })
    fs.renameSync(hidden, root)
  } catch (error) {
    fs.rmSync(hidden, { recursive: true, force: true })
    throw error
  }
  return sessionFolderAt(root)
}
