import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'

/** The folder of a process tree, as anybody can see it: which process founded it, and which serves it. */
export interface SpoolTree {
  readonly folder: string
  /** What its key names. */
  readonly founder: number
  readonly founderLives: boolean
  /** The living agent that says that it serves it. */
  readonly agent: number | undefined
}

/** All trees that are left. */
export function spoolTrees(root: string): SpoolTree[] {
  return namesIn(root)
    .filter((name) => name.startsWith('local-'))
    .map((name) => {
      const folder = path.join(root, name)
      const [pid = 0, start = 0] = name.split('.').slice(-2).map(Number)
      const agent = agentIn(folder)
      return { folder, founder: pid, founderLives: lives(pid, start), agent }
    })
}

function agentIn(folder: string): number | undefined {
  try {
    const { pid, start } = JSON.parse(fs.readFileSync(path.join(folder, 'agent.json'), 'utf8')) as {
      pid: number
      start: number
    }
    return lives(pid, start) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Whether it lives, and is not another one of its number; a zombie does not. */
function lives(pid: number, start: number): boolean {
  try {
    const fields = fs
      .readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[0] !== 'Z' && Number(fields[19]) === start
  } catch {
    return false
  }
}
