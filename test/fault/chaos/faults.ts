import type { Random } from '../../support/random.ts'
import type { AggregatorProcess } from './aggregator-process.ts'
import { signal, sleep } from './place.ts'
import type { Place } from './place.ts'
import { networkFaults } from './proxy.ts'
import type { Proxy } from './proxy.ts'
import type { Keeper } from './keeper.ts'
import type { Ranks } from './ranks.ts'
import type { ChaosSettings } from './settings.ts'

/** What was done. */
export interface Kills {
  aggregator: number
  agents: number
  workers: number
  pauses: number
  network: number
}

interface Victims {
  readonly place: Place
  readonly aggregator: AggregatorProcess
  readonly proxy: Proxy
  readonly ranks: Ranks
  readonly keeper: Keeper
}

type Fault = 'aggregator' | 'agent' | 'worker' | 'pause' | 'network'

/** Does to the job what its seed says, one fault after the other. */
export class Faults {
  readonly kills: Kills = { aggregator: 0, agents: 0, workers: 0, pauses: 0, network: 0 }
  readonly #settings: ChaosSettings
  readonly #random: Random
  readonly #victims: Victims
  readonly #say: (line: string) => void
  readonly #later: Promise<void>[] = []

  constructor(settings: ChaosSettings, random: Random, victims: Victims, say: (line: string) => void) {
    this.#settings = settings
    this.#random = random
    this.#victims = victims
    this.#say = say
  }

  /** Resolves when the last fault is over and everything runs again. */
  async run(): Promise<void> {
    const plan = this.#plan()
    const meanMs = (this.#settings.aggregatorKills * this.#settings.betweenMs) / Math.max(1, plan.length)
    await this.#firstWorker()
    let toldAt = performance.now()
    for (const [i, fault] of plan.entries()) {
      // What is logged is spread over all faults; a little is left for after the last one.
      this.#victims.place.pace(0.01 + (0.97 * (i + 1)) / plan.length)
      await sleep(this.#random.unit() * 2 * meanMs)
      await this.#commit(fault)
      if (performance.now() - toldAt < 5_000) continue
      toldAt = performance.now()
      this.#tell()
    }
    await Promise.all(this.#later)
    this.#tell()
  }

  /** All faults in an order of the seed. */
  #plan(): Fault[] {
    const { aggregatorKills, agentKills, workerKills, pauses, networkFaults: cuts } = this.#settings
    const counts: [Fault, number][] = [
      ['aggregator', aggregatorKills],
      ['agent', agentKills],
      ['worker', workerKills],
      ['pause', pauses],
      ['network', cuts],
    ]
    const plan = counts.flatMap(([fault, count]) => Array.from({ length: count }, () => fault))
    for (let i = plan.length - 1; i > 0; i--) {
      const other = this.#random.below(i + 1)
      const moved = plan[i]!
      plan[i] = plan[other]!
      plan[other] = moved
    }
    return plan
  }

  async #firstWorker(): Promise<void> {
    while (this.#victims.ranks.returned === 0) await sleep(50)
  }

  async #commit(fault: Fault): Promise<void> {
    const { aggregator, proxy } = this.#victims
    switch (fault) {
      case 'aggregator':
        // Some while it starts and takes its journal in again; most while it works, so that something gets done.
        if (this.#random.chance(0.7)) await aggregator.listening()
        await sleep(this.#random.below(this.#settings.betweenMs))
        await aggregator.kill(this.#random.below(300))
        this.kills.aggregator++
        return
      case 'agent':
        return await this.#killAgent()
      case 'worker':
        return await this.#killWorker()
      case 'pause':
        return this.#pause()
      case 'network':
        proxy.fail(this.#random.pick(networkFaults))
        this.kills.network++
    }
  }

  /** Any agent: one that has just begun, one that serves, one that delivers what is left, one that was called in. */
  async #killAgent(): Promise<void> {
    const { ranks, keeper } = this.#victims
    const victim = await this.#victim(() => [
      ...ranks.all.filter((one) => one.agentPid !== undefined).map((one) => () => one.killAgent()),
      ...keeper.agents.map((pid) => () => signal(pid, 'SIGKILL')),
    ])
    if (victim?.() === true) this.kills.agents++
  }

  async #killWorker(): Promise<void> {
    const { ranks } = this.#victims
    const victim = await this.#victim(() => ranks.latest.filter((one) => one.workerPid !== undefined))
    if (victim === undefined || !(await victim.killWorker())) return
    this.kills.workers++
    await sleep(this.#random.below(100))
    ranks.restart(victim)
  }

  /** One that is there, waited for a while: at the beginning few have come so far. */
  async #victim<Victim>(find: () => readonly Victim[]): Promise<Victim | undefined> {
    for (let tries = 0; tries < 200; tries++) {
      const found = find()
      if (found.length > 0) return this.#random.pick(found)
      await sleep(50)
    }
    return undefined
  }

  /** Any process: the aggregator, an agent or a worker. */
  #pause(): void {
    const { aggregator, ranks } = this.#victims
    const one = this.#random.pick(ranks.latest)
    const pid = this.#random.pick([aggregator.pid, one.agentPid, one.workerPid])
    if (pid === undefined || !signal(pid, 'SIGSTOP')) return
    this.kills.pauses++
    this.#later.push(
      sleep(this.#random.below(this.#settings.pauseMs)).then(() => void signal(pid, 'SIGCONT')),
    )
  }

  #tell(): void {
    const { returned } = this.#victims.ranks
    const { aggregator, agents, workers, pauses, network } = this.kills
    this.#say(
      `${returned} calls logged; killed: aggregator ${aggregator}, agents ${agents}, workers ${workers}; ` +
        `${pauses} pauses, ${network} network faults`,
    )
  }
}
