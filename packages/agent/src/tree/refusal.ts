import path from 'node:path'
import { knownError, namesIn, sentenceOf } from '@provloom/shared'
import { ControlFile, formerRun } from '../session/control.ts'
import { isSessionId, sessionFolderAt } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { forgetStarts } from './claim.ts'
import { treeFolderAt } from './folder.ts'

/** No agent can be made for this tree: nobody reads what it says, so its sessions' clients are told why. They go on. */
export function refuseTree(folder: string, error: unknown): void {
  const { sessions } = treeFolderAt(path.resolve(folder))
  const code = codeOf(error)
  for (const id of namesIn(sessions).filter(isSessionId)) {
    const session = sessionFolderAt(path.join(sessions, id))
    // What an agent has said of the run that it is in must stay.
    if (formerRun(session) !== undefined) continue
    const message = `no agent can be started: ${sentenceOf(error)} [${code}]`
    new ControlFile(session).tell({
      notices: [{ code, message }],
      message: `its agent was refused [${code}]`,
      kept: true,
    })
  }
  // None comes: who begins the next session asks anew.
  forgetStarts(path.resolve(folder))
}

/** A session that cannot be served: its client is told why, and goes on. What it logs is kept. */
export function refuseSession(session: SessionFolder, error: unknown): void {
  const code = codeOf(error)
  const message = `${sentenceOf(error)} [${code}]; what is logged is kept in ${session.root}`
  new ControlFile(session).tell({
    notices: [{ code, message }],
    message: `it was refused [${code}]`,
    kept: true,
  })
}

/** A session whose service failed: this agent does no more about it. */
export function keepSession(session: SessionFolder, error: unknown): void {
  new ControlFile(session).tell({ message: sentenceOf(error), kept: true })
}

function codeOf(error: unknown): string {
  return knownError(error)?.code ?? 'INTERNAL'
}
