import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Random } from '../../support/random.ts'
import { provloom, signal, sleep } from './place.ts'
import type { Place } from './place.ts'
import { spoolTrees } from './spools.ts'
import type { SpoolTree } from './spools.ts'

/** Hundreds of agents that start at once would leave each other no time to deliver. */
const together = 4
const lookMs = 50

/**
 * Has every tree served whose agent was killed, or had to leave it, as a person would: `provloom agent --tree`. Each waits
 * for it a random while, so that its processes go on without an agent meanwhile.
 */
export class Keeper {
  /** Agents that ended as none should. */
  readonly problems: string[] = []
  readonly #place: Place
  readonly #random: Random
  readonly #absentMs: number
  readonly #serving = new Map<string, ChildProcess>()
  readonly #dueAt = new Map<string, number>()
  #stopped = false

  constructor(place: Place, random: Random, absentMs: number) {
    this.#place = place
    this.#random = random
    this.#absentMs = absentMs
  }

  /** Trees of which something is not delivered, or not cleared away. */
  get left(): readonly SpoolTree[] {
    return spoolTrees(this.#place.spools)
  }

  /** Agents that serve a tree and were not started with its worker. */
  get agents(): readonly number[] {
    const ours = [...this.#serving.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
    const theirs = this.left.flatMap(({ agent, founder }) =>
      agent === undefined || agent === founder ? [] : [agent],
    )
    return [...new Set([...ours, ...theirs])]
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      this.#look()
      await sleep(lookMs)
    }
  }

  end(): void {
    this.#stopped = true
    for (const pid of this.agents) signal(pid, 'SIGKILL')
  }

  #look(): void {
    const now = performance.now()
    for (const { folder, founder, founderLives, agent } of this.left) {
      // Whoever wraps a command serves its tree as soon as it has made it.
      const served = agent !== undefined || this.#serving.has(folder) || this.#wraps(founder, founderLives)
      if (served) {
        this.#dueAt.delete(folder)
        continue
      }
      const dueAt = this.#dueAt.get(folder) ?? now + this.#random.below(this.#absentMs)
      this.#dueAt.set(folder, dueAt)
      if (now >= dueAt && this.#serving.size < together) this.#serve(folder)
    }
  }

  #wraps(founder: number, founderLives: boolean): boolean {
    if (!founderLives) return false
    try {
      return fs.readFileSync(`/proc/${founder}/cmdline`, 'latin1').split('\0').includes('agent')
    } catch {
      return false
    }
  }

  #serve(folder: string): void {
    const log = path.join(this.#place.logs, `${path.basename(folder).split('.').slice(1).join('.')}.log`)
    const agent = provloom(['agent', '--tree', folder], log, this.#place.variables, 'log')
    this.#serving.set(folder, agent)
    agent.once('exit', (code, by) => {
      this.#serving.delete(folder)
      fs.appendFileSync(log, `harness: agent of ${folder} ended, ${String(code ?? by)}\n`)
      // 2: somebody else has delivered all of it, and the folder is gone. 3: something is kept.
      const fine = by === 'SIGKILL' || code === 0 || code === 3 || (code === 2 && !fs.existsSync(folder))
      if (!fine) this.problems.push(`an agent of ${path.basename(folder)} ended with ${String(code ?? by)}`)
    })
  }
}
