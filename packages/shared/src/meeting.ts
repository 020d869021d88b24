import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from './files.ts'
import { systemCode } from './errors.ts'

/**
 * In the folder that the agents of a job meet in, `starting.G` says that somebody starts the G-th aggregator: it is made
 * by one process only (O_EXCL), and never renamed or removed while the job lives. It holds the pid of who made it, and
 * `left` in a line of its own when that aggregator has left, or `failed` and why when it could not be started.
 */
const name = /^starting\.(\d{1,9})$/

export function startingFile(folder: string, generation: number): string {
  return path.join(folder, `starting.${generation}`)
}

/**
 * The latest aggregator that somebody starts, or has started. Found by listing: on NFS the lookup of a name that was
 * missing is remembered for a minute.
 *
 * @returns undefined when there is none, or no such folder
 */
export function latestGeneration(folder: string): number | undefined {
  const generations = namesIn(folder).flatMap((one) => {
    const generation = name.exec(one)?.[1]
    return generation === undefined ? [] : [Number(generation)]
  })
  return generations.length === 0 ? undefined : Math.max(...generations)
}

const over = 'left'

/** Says that the aggregator of a generation has left, and took its connection file along: the next one may be started. */
export function endGeneration(folder: string, generation: number): void {
  fs.appendFileSync(startingFile(folder, generation), `${over}\n`)
}

/** Whether it has; where that could not be said, `starting.G` tells by its age alone. */
export function isGenerationOver(folder: string, generation: number): boolean {
  try {
    return fs.readFileSync(startingFile(folder, generation), 'utf8').split('\n').includes(over)
  } catch {
    return false
  }
}

/** Why an aggregator could not be started: what a person is told, with its code, and what to try. */
export interface StartFailure {
  readonly message: string
  readonly hint?: string
}

const failed = 'failed '

/** Says why the aggregator of a generation could not be started, to all who wait for it. */
export function failGeneration(folder: string, generation: number, failure: StartFailure): void {
  fs.appendFileSync(startingFile(folder, generation), `${failed}${JSON.stringify(failure)}\n`)
}

/** @returns undefined where it has started, or may yet */
export function failureOf(folder: string, generation: number): StartFailure | undefined {
  try {
    const lines = fs.readFileSync(startingFile(folder, generation), 'utf8').split('\n')
    const line = lines.find((one) => one.startsWith(failed))
    const told: unknown = line === undefined ? undefined : JSON.parse(line.slice(failed.length))
    if (typeof told !== 'object' || told === null || !('message' in told)) return undefined
    const hint = 'hint' in told ? { hint: String(told.hint) } : {}
    return { message: String(told.message), ...hint }
  } catch {
    return undefined
  }
}

export function isStartingFile(file: string): boolean {
  return name.test(file)
}

/**
 * Makes the file that says that the G-th aggregator is started.
 *
 * @returns false where somebody else has
 * @throws the system's error when the folder cannot be written
 */
export function claimGeneration(folder: string, generation: number): boolean {
  try {
    fs.writeFileSync(startingFile(folder, generation), `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}
