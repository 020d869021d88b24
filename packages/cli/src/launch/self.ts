import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCodeOfSignal, nodeFlags, processStart } from '@provloom/shared'

const entry = fileURLToPath(new URL('../../bin/provloom.js', import.meta.url))

/** Starts this `provloom` again, as a process of its own. */
export function spawnSelf(args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [...nodeFlags, entry, ...args], options)
}

/** The kernel takes no longer variable. */
const variableMax = 130_000

/**
 * The variables of a `provloom` that starts commands: what this one was started with goes on to it, as bin/provloom.js
 * reads it.
 */
export function handedOn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ignored, descriptors, variables } = processStart()
  const mask = ignored.reduce((bits, number) => bits | (1n << BigInt(number - 1)), 0n).toString(16)
  const theirs = { ...environment, ...variables }
  const text = Object.entries(theirs)
    .map(([name, value]) => `${name}=${value}`)
    .join('\0')
  const start = `${mask} ${descriptors.join(',')} ${Buffer.from(text).toString('base64')}`
  return start.length < variableMax ? { ...environment, PROVLOOM_START: start } : theirs
}

/** How a child ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Resolves when the child has ended, also when it could not be started. */
export function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 127, signal: null }))
  })
}

/** The exit code a shell would show: 128 + n for a signal. */
export function codeOf({ code, signal }: Ending): number {
  return code ?? exitCodeOfSignal(signal ?? 'SIGKILL')
}

/** Folder that makes `import provloom` work in a worker without pip: beside us when installed, in the repository otherwise. */
export function pythonPath(): string {
  const installed = fileURLToPath(new URL('../../python', import.meta.url))
  const repository = fileURLToPath(new URL('../../../../clients/python', import.meta.url))
  return path.basename(path.dirname(path.dirname(installed))) === 'node_modules' ? installed : repository
}
