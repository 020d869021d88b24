import fs from 'node:fs'

/** Everything that serves or works for an attempt is started with this variable, whoever starts it. */
export const markName = 'CHAOS_ATTEMPT'

/** Whether the process lives and was started with the mark: its number may be another's by now. */
export function isMarked(pid: number, mark: string): boolean {
  return markOf(pid) === mark
}

/** Processes of a worker with the mark: itself and its children, not its agents. */
export function workersMarked(mark: string): number[] {
  return processes().filter((pid) => isMarked(pid, mark) && isWorker(pid))
}

/** The marks of all processes that live. */
export function livingMarks(): ReadonlySet<string> {
  return new Set(processes().flatMap((pid) => markOf(pid) ?? []))
}

function processes(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function markOf(pid: number): string | undefined {
  const name = `${markName}=`
  return wordsOf(pid, 'environ')
    .find((one) => one.startsWith(name))
    ?.slice(name.length)
}

/** An agent's command line has its worker's in it, behind its own. */
function isWorker(pid: number): boolean {
  return wordsOf(pid, 'cmdline')[1]?.endsWith('chaos/worker.py') === true
}

function wordsOf(pid: number, file: 'environ' | 'cmdline'): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return []
  }
}
