import fs from 'node:fs'
import path from 'node:path'
import { fieldsOf } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'

/** What the agent says to a session's clients, as far as they act on it (docs/spool-format.md, control.json). */
export interface ControlLook {
  readonly state: string
  readonly runDir: string | undefined
  readonly status: string | undefined
  readonly rank: number | undefined
  readonly logs: number | undefined
  readonly jobKey: string | undefined
  readonly missing: readonly number[]
  readonly absent: readonly number[]
  readonly notices: readonly string[]
  readonly message: string | undefined
  /** Changes with every word of the agent's. */
  readonly mark: string
  /** Changes when more of the session is in the journal. */
  readonly journaled: string
}

/** @returns undefined while there is none that can be read */
export function readControl(folder: SessionFolder): ControlLook | undefined {
  const file = path.join(folder.root, 'control.json')
  try {
    const found = fs.statSync(file)
    const fields = fieldsOf(JSON.parse(fs.readFileSync(file, 'utf8')))
    const text = (name: string): string | undefined => {
      const one = fields.get(name)
      return typeof one === 'string' ? one : undefined
    }
    const [logs, rank] = [fields.get('logs'), fields.get('rank')]
    const notices = fields.get('notices')
    const ranks = (name: string): number[] => {
      const some = fields.get(name)
      return Array.isArray(some) ? some.filter((one) => typeof one === 'number') : []
    }
    return {
      state: text('state') ?? 'collect',
      runDir: text('runDir'),
      status: text('status'),
      rank: typeof rank === 'number' ? rank : undefined,
      logs: typeof logs === 'number' ? logs : undefined,
      jobKey: text('jobKey'),
      missing: ranks('missing'),
      absent: ranks('absent'),
      notices: Array.isArray(notices) ? notices.flatMap(messageOf) : [],
      message: text('message'),
      mark: `${found.ino} ${found.mtimeMs}`,
      journaled: JSON.stringify(fields.get('mark')) ?? '',
    }
  } catch {
    return undefined
  }
}

function messageOf(notice: unknown): string[] {
  if (typeof notice !== 'object' || notice === null || !('message' in notice)) return []
  return typeof notice.message === 'string' ? [notice.message] : []
}
