import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { withholding } from '@provloom/agent/internal'
import { exitCode, exitCodeOfSignal, nodeFlags, processStart } from '@provloom/shared'

const entry = fileURLToPath(new URL('../../bin/provloom.js', import.meta.url))

/**
 * Starts this `provloom` again, as a process of its own that starts no command and gets nothing that was handed down.
 *
 * @param streams its standard input, output and error, and a channel
 */
export function spawnSelf(
  args: readonly string[],
  streams: readonly ('ignore' | 'pipe' | 'inherit' | 'ipc')[],
  options: SpawnOptions,
): ChildProcess {
  const stdio = withholding(streams)
  return spawn(process.execPath, [...nodeFlags, entry, ...args], { ...options, stdio })
}

/** The kernel takes no longer variable. */
const variableMax = 130_000

/**
 * The same for one that starts commands: what this one was started with goes on to it.
 *
 * @param handedDown descriptors that `options.stdio` has for its command
 */
export function spawnLauncher(
  args: readonly string[],
  handedDown: readonly number[],
  options: SpawnOptions,
): ChildProcess {
  const { ignored, variables } = processStart()
  const environment = { ...(options.env ?? process.env) }
  const theirs = { ...environment, ...variables }
  const text = Object.entries(theirs)
    .map(([name, value]) => `${name}=${value}`)
    .join('\0')
  const start = startOf(ignored, handedDown, text)
  const env = start.length < variableMax ? { ...environment, PROVLOOM_START: start } : theirs
  return spawn(process.execPath, [...nodeFlags, entry, ...args], { ...options, env })
}

/** As bin/provloom.js reads it. */
function startOf(ignored: readonly number[], descriptors: readonly number[], environment: string): string {
  const mask = ignored.reduce((bits, number) => bits | (1n << BigInt(number - 1)), 0n)
  return `${mask.toString(16)} ${descriptors.join(',')} ${Buffer.from(environment).toString('base64')}`
}

/** How a child ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** It is that of the command's agent, and how the command ended cannot be known. */
  readonly unknown?: boolean
}

/** Resolves when the child has ended, also when it could not be started. */
export function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: exitCode.notFound, signal: null }))
  })
}

/** The exit code a shell would show: 128 + n for a signal. */
export function codeOf({ code, signal }: Ending): number {
  return code ?? exitCodeOfSignal(signal ?? 'SIGKILL')
}

/**
 * Folder that makes `import provloom` work in a worker whose Python has no such package: beside us where npm has installed
 * us, or pip (clients/run/client.py), in the repository otherwise.
 */
export function pythonPath(): string | undefined {
  const found = firstThere([
    '../../python/provloom',
    '../../client/provloom.py',
    '../../../../clients/python/provloom',
  ])
  return found === undefined ? undefined : path.dirname(found)
}

/** Folder with prov4ml and yprov4ml by Provloom, which no package index has put on anybody's path. */
export function pythonDoors(): string | undefined {
  return firstThere([
    '../../python/provloom/doors',
    '../../../provloom/doors',
    '../../../../clients/python/provloom/doors',
  ])
}

function firstThere(places: readonly string[]): string | undefined {
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => fs.existsSync(place))
}
