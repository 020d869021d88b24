import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fieldsOf, isCount, limits, namesIn, systemCode, version } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { textOf, writeSmall } from '../spool/small-file.ts'
import type { TreeFolder } from './folder.ts'
import { lifeOf, pidNamespace, startOf } from './processes.ts'

interface ServingAgent {
  readonly pid: number
  readonly start: number
  readonly pidNamespace: number
  readonly host: string
}

/** `agent.json`: which process serves a tree, that it lives, and how much of the disk its sessions take. */
export class Claim {
  readonly #file: string
  readonly #clock: Clock
  readonly #facts: object
  #held = false
  #jobKey: string | undefined

  /** @param connection the connection file that the agent was given */
  constructor(tree: TreeFolder, clock: Clock, hostId: string, connection?: string) {
    this.#file = path.join(tree.root, 'agent.json')
    this.#clock = clock
    this.#facts = {
      pid: process.pid,
      start: startOf(process.pid),
      pidNamespace: pidNamespace(),
      host: os.hostname(),
      hostId,
      version,
      startedUs: clock.nowUs(),
      ...(connection === undefined ? {} : { connection: path.resolve(connection) }),
    }
  }

  /** @returns the pid of the living agent that holds it, or undefined when it is ours now */
  take(): number | undefined {
    for (let tries = 0; tries < 3; tries++) {
      try {
        makeWhole(this.#file, this.#text(0, 0))
        this.#held = true
        // What clients said when they started an agent is answered.
        forgetStarts(path.dirname(this.#file))
        return undefined
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error
      }
      const found = agentAt(this.#file)
      const other = servingAgent(path.dirname(this.#file))
      if (other !== undefined) return other
      this.#remove(found)
    }
    return servingAgent(path.dirname(this.#file)) ?? 0
  }

  /** Whoever hands the tree's sessions in when all of it is gone knows then of which job they are. */
  tellJob(jobKey: string): void {
    this.#jobKey = jobKey
  }

  /**
   * @param spoolBytes of all sessions on the disk: clients hold it against their bound
   * @param heard grows while an aggregator answers: whoever waits for the end of a run goes on waiting
   */
  beat(spoolBytes: number, heard: number): void {
    if (!this.#held) return
    try {
      writeSmall(this.#file, JSON.parse(this.#text(spoolBytes, heard)))
    } catch {
      // A disk that is full: clients then measure by themselves.
    }
  }

  leave(): void {
    if (this.#held) fs.rmSync(this.#file, { force: true })
    this.#held = false
  }

  /** Of all who find the same dead agent's claim one takes it away: another would take away its successor's. */
  #remove(dead: ServingAgent | undefined): void {
    const mark = path.join(path.dirname(this.#file), `agent.gone.${dead?.pid ?? 0}.${dead?.start ?? 0}`)
    try {
      fs.writeFileSync(mark, '', { flag: 'wx', mode: 0o600 })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
      // Who made it was killed before it took the claim.
      if (Date.now() - fs.statSync(mark).mtimeMs < limits.lostAfterMs) return
    }
    const found = agentAt(this.#file)
    if (found?.pid === dead?.pid && found?.start === dead?.start) fs.rmSync(this.#file, { force: true })
  }

  #text(spoolBytes: number, heard: number): string {
    return JSON.stringify({
      ...this.#facts,
      ...(this.#jobKey === undefined ? {} : { jobKey: this.#jobKey }),
      beatUs: this.#clock.nowUs(),
      spoolBytes,
      heard,
    })
  }
}

/** The pid of a living agent that serves the tree. */
export function servingAgent(root: string): number | undefined {
  const file = path.join(root, 'agent.json')
  try {
    const found = agentAt(file)
    if (found === undefined || found.pid === process.pid) return undefined
    const life = lifeOf(found)
    if (found.host === os.hostname() && life !== 'elsewhere') return life === 'lives' ? found.pid : undefined
    // Another machine's or another container's: all that can be seen is that it writes.
    return Date.now() - fs.statSync(file).mtimeMs < limits.lostAfterMs ? found.pid : undefined
  } catch {
    return undefined
  }
}

/** Whether an agent serves the tree, or was started so long ago at most. */
export function isServed(root: string, startedMs: number): boolean {
  // In this order: one that begins to serve says so before it takes away that it was starting.
  return isStarting(root, startedMs) || servingAgent(root) !== undefined
}

/** Whether a client started an agent a moment ago, which does not serve the tree yet. */
export function isStarting(root: string, withinMs: number = limits.agentStartMs): boolean {
  return startingFiles(root).some((file) => {
    const made = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs
    return made !== undefined && Date.now() - made < withinMs
  })
}

/** That a client said that it starts an agent is answered. */
export function forgetStarts(root: string): void {
  for (const one of startingFiles(root)) fs.rmSync(one, { force: true })
}

function startingFiles(root: string): readonly string[] {
  return namesIn(root)
    .filter((name) => name.startsWith('agent.starting.'))
    .map((name) => path.join(root, name))
}

/** The job that the tree's last agent was of, where that was killed: one that leaves says it of each session. */
export function jobServed(root: string): string | undefined {
  try {
    return textOf(fieldsAt(path.join(root, 'agent.json')).get('jobKey'))
  } catch {
    return undefined
  }
}

/** What grows while an aggregator answers the tree's agent. */
export function heardBy(root: string): number {
  try {
    const heard = fieldsAt(path.join(root, 'agent.json')).get('heard')
    return isCount(heard) ? heard : 0
  } catch {
    return 0
  }
}

/** The connection file that the tree's agent was given. */
export function connectionServed(root: string): string | undefined {
  try {
    return textOf(fieldsAt(path.join(root, 'agent.json')).get('connection'))
  } catch {
    return undefined
  }
}

/** Whoever finds the file finds it complete. Throws EEXIST where it is there. */
function makeWhole(file: string, text: string): void {
  const beside = `${file}.${process.pid}.new`
  fs.writeFileSync(beside, text, { mode: 0o600 })
  try {
    fs.linkSync(beside, file)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error
    // A file system without links.
    fs.writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
  } finally {
    fs.rmSync(beside, { force: true })
  }
}

function fieldsAt(file: string): ReadonlyMap<string, unknown> {
  return fieldsOf(JSON.parse(fs.readFileSync(file, 'utf8')))
}

function agentAt(file: string): ServingAgent | undefined {
  let fields: ReadonlyMap<string, unknown>
  try {
    fields = fieldsAt(file)
  } catch {
    return undefined
  }
  const count = (name: string): number => {
    const one = fields.get(name)
    return isCount(one) ? one : 0
  }
  const host = fields.get('host')
  const pid = count('pid')
  if (pid === 0) return undefined
  return {
    pid,
    start: count('start'),
    pidNamespace: count('pidNamespace'),
    host: typeof host === 'string' ? host : '',
  }
}
