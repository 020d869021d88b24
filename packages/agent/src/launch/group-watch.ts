import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { signalNumber } from '@provloom/shared'
import { isStopped } from '../tree/processes.ts'
import { withholding } from './descriptors.ts'

/** Whether a signal that reached us went to our whole process group, and so to the worker as well. */
export interface GroupWatch {
  /** Resolves soon after a signal came; false also when it cannot be told. */
  sentToGroup(signal: NodeJS.Signals): Promise<boolean>
  stop(): void
}

/** Who signals one process after the other has done with us all within this time. */
const graceMs = 100
/** A shell that gets no processor for so long, or is gone, tells nothing. */
const answerMs = 2_000

/**
 * Node cannot say who sent a signal to whom. Terminals, Slurm, MPICH and newer torchruns signal the whole group; older
 * torchruns and `kill` only us. A shell in the same group that does nothing but say which signals it gets tells them
 * apart, so that the worker gets each signal once. It ends with its standard input, and so with us.
 *
 * Asked something, it answers only after it has said which signals it has: on a busy machine that may take a while, and
 * a guess would give the worker a signal twice.
 */
export function watchGroup(signals: readonly NodeJS.Signals[]): GroupWatch {
  const heard = new Map<string, number>()
  const waiting = new Set<() => void>()
  const shell = spawnShell(scriptFor(signals), (word) => {
    heard.set(word, (heard.get(word) ?? 0) + 1)
    for (const look of waiting) look()
  })
  /** Stopped before it listened: it was in the group as well. It goes on, to hear what comes next. */
  const noteStopped = (word: string): void => {
    if (word !== String(signalNumber('SIGTSTP')) || shell?.pid === undefined || !isStopped(shell.pid)) return
    heard.set(word, 1)
    shell.kill('SIGCONT')
  }
  const take = (word: string): boolean => {
    const count = heard.get(word) ?? 0
    if (count > 0) heard.set(word, count - 1)
    return count > 0
  }
  let asked = 0
  /** Resolves when the shell says the word, or has said all it will. */
  const settled = (word: string): Promise<void> =>
    new Promise((resolve) => {
      const question = `asked${asked++}`
      let graceOver = false
      const end = (): void => {
        clearTimeout(grace)
        clearTimeout(limit)
        waiting.delete(look)
        heard.delete(question)
        resolve()
      }
      const look = (): void => {
        if ((heard.get(word) ?? 0) > 0 || (graceOver && heard.has(question))) end()
      }
      const grace = setTimeout(() => {
        graceOver = true
        noteStopped(word)
        look()
      }, graceMs)
      const limit = setTimeout(() => {
        noteStopped(word)
        end()
      }, answerMs)
      waiting.add(look)
      shell?.stdin?.write(`${question}\n`)
    })
  return {
    async sentToGroup(signal) {
      const word = String(signalNumber(signal))
      if (take(word)) return true
      if (shell === undefined || shell.exitCode !== null || shell.signalCode !== null) return false
      await settled(word)
      return take(word)
    },
    stop() {
      shell?.stdin?.end()
    },
  }
}

function scriptFor(signals: readonly NodeJS.Signals[]): string {
  // That which would stop the shell itself comes first: stopped before its traps, it has none of SIGCONT yet either.
  const stops = signals.filter((signal) => signal === 'SIGTSTP')
  const numbers = [...stops, ...signals].map(signalNumber).join(' ')
  // A trap ends `read`, in some shells (dash) as if the input were at its end.
  return `got=
for n in ${numbers}; do trap "got=1; echo $n" $n; done
while :; do
  line=
  if read -r line; then echo "$line"
  elif [ -n "$got" ]; then got=
  else exit; fi
done`
}

function spawnShell(script: string, said: (word: string) => void): ChildProcess | undefined {
  try {
    const stdio = withholding(['pipe', 'pipe', 'ignore'] as const)
    const shell = spawn('/bin/sh', ['-c', script], { stdio, env: {} })
    shell.on('error', () => undefined)
    shell.stdin?.on('error', () => undefined)
    let rest = ''
    shell.stdout?.on('data', (bytes: Buffer) => {
      const words = (rest + bytes.toString('latin1')).split('\n')
      rest = words.pop() ?? ''
      for (const word of words) said(word)
    })
    // Killed before it listened: it was in the group as well.
    shell.once('exit', (_, signal) => {
      if (signal !== null) said(String(signalNumber(signal)))
    })
    shell.unref()
    return shell
  } catch {
    return undefined
  }
}
