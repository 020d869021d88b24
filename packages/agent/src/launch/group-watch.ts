import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** Whether a signal that reached us went to our whole process group, and so to the worker as well. */
export interface GroupWatch {
  /** Resolves soon after a signal came; false also when it cannot be told. */
  sentToGroup(signal: NodeJS.Signals): Promise<boolean>
  stop(): void
}

const answerMs = 100

/**
 * Node cannot say who sent a signal to whom. Terminals, Slurm, MPICH and newer torchruns signal the whole group; older
 * torchruns and `kill` only us. A shell in the same group that does nothing but say which signals it gets tells them
 * apart, so that the worker gets each signal once. It ends with its standard input, and so with us.
 */
export function watchGroup(signals: readonly NodeJS.Signals[]): GroupWatch {
  const names = signals.map((signal) => signal.slice(3)).join(' ')
  const script = `for s in ${names}; do trap "echo SIG$s" $s; done
echo ready
while read -r line || [ $? -gt 128 ]; do :; done`
  const heard = new Map<string, number>()
  const waiting = new Map<string, () => void>()
  const shell = spawnShell(script, (word) => {
    heard.set(word, (heard.get(word) ?? 0) + 1)
    waiting.get(word)?.()
  })
  const take = (signal: string): boolean => {
    const count = heard.get(signal) ?? 0
    if (count > 0) heard.set(signal, count - 1)
    return count > 0
  }
  return {
    async sentToGroup(signal) {
      if (shell === undefined || !heard.has('ready')) return false
      if (take(signal)) return true
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, answerMs)
        waiting.set(signal, () => {
          clearTimeout(timer)
          resolve()
        })
      })
      waiting.delete(signal)
      return take(signal)
    },
    stop() {
      shell?.stdin?.end()
    },
  }
}

function spawnShell(script: string, said: (word: string) => void): ChildProcess | undefined {
  try {
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], env: {} })
    shell.on('error', () => undefined)
    shell.stdin.on('error', () => undefined)
    shell.stdout.on('data', (bytes: Buffer) => {
      for (const word of bytes.toString('latin1').split('\n')) if (word !== '') said(word)
    })
    shell.unref()
    return shell
  } catch {
    return undefined
  }
}
