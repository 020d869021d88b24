import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { readProgress } from './known.ts'
import type { KnownAttempt } from './known.ts'
import { provloom, repository, signal, sleep } from './place.ts'
import type { Place } from './place.ts'
import type { ChaosSettings } from './settings.ts'
import type { Turns } from './turns.ts'

export interface AttemptPlan {
  readonly rank: number
  readonly attempt: number
  /** Number of its first call, and how many it is to make. */
  readonly first: number
  readonly count: number
  /** Of all attempts of the rank. */
  readonly total: number
}

/** One attempt of a rank: its worker, and the agents that serve it one after the other. */
export class RankAttempt {
  readonly plan: AttemptPlan
  /** Delivered: no spool is left. */
  done = false
  /** Agents that ended by themselves while their worker lived. */
  crashes = 0
  readonly #place: Place
  readonly #settings: ChaosSettings
  readonly #progress: string
  /** For kept spools: hundreds of agents starting at once would leave each other no time to deliver. */
  readonly #turns: Turns
  #agent: ChildProcess | undefined
  #agentKilled = false
  #endSeen = true
  #workerKilled = false

  constructor(place: Place, settings: ChaosSettings, plan: AttemptPlan, turns: Turns) {
    this.#place = place
    this.#turns = turns
    this.#settings = settings
    this.plan = plan
    this.#progress = path.join(place.progress, `${plan.rank}.${plan.attempt}`)
  }

  /** The serving agent, unless it has been killed already. */
  get agentPid(): number | undefined {
    return this.#agentKilled ? undefined : this.#agent?.pid
  }

  /** The worker's process, once it has begun to log and until it is killed. */
  get workerPid(): number | undefined {
    return this.#workerKilled ? undefined : readProgress(this.#progress)?.pid
  }

  get returned(): number {
    return readProgress(this.#progress)?.returned ?? 0
  }

  get known(): KnownAttempt {
    const { rank, attempt, first, count } = this.plan
    const { returned } = this
    const begun = this.#workerKilled ? Math.min(count, returned + 1) : returned
    return { rank, attempt, first, returned, begun, killed: this.#workerKilled, endSeen: this.#endSeen }
  }

  start(): void {
    const { first, count, total } = this.plan
    const { series, payload } = this.#settings
    const numbers = [first, count, total, series, payload].map(String)
    const worker = ['python3', path.join(repository, 'test/fault/chaos/worker.py')]
    this.#serve(['--', ...worker, ...numbers, this.#progress, this.#place.paceFile])
  }

  /** kill -9 of the agent; another one is attached to the worker after a while. */
  async killAgent(absentMs: number): Promise<void> {
    const agent = this.#agent
    if (agent?.pid === undefined || this.#agentKilled) return
    this.#agentKilled = true
    this.#endSeen = false
    const gone = once(agent, 'exit')
    signal(agent.pid, 'SIGKILL')
    // Not before: its end must not be taken for that of its successor.
    await gone
    await sleep(absentMs)
    this.#attach()
  }

  /** kill -9 of the worker. @returns how far it came, or undefined when it had not begun or had ended */
  killWorker(): number | undefined {
    const pid = this.workerPid
    if (pid === undefined || this.returned >= this.plan.count || !signal(pid, 'SIGKILL')) return undefined
    this.#workerKilled = true
    return this.returned
  }

  /** Whatever of it still lives ends now. */
  end(): void {
    for (const pid of [this.#agent?.pid, this.workerPid]) if (pid !== undefined) signal(pid, 'SIGKILL')
  }

  #attach(): ChildProcess | undefined {
    const spool = this.#place.spoolOf(this.plan.rank, this.plan.attempt)
    if (spool === undefined || !fs.existsSync(path.join(spool, 'spool.json'))) {
      this.done = true
      return undefined
    }
    const pid = readProgress(this.#progress)?.pid
    return this.#serve(['--attach', spool, ...(pid === undefined ? [] : ['--pid', String(pid)])])
  }

  #serve(what: readonly string[]): ChildProcess {
    const { rank, attempt } = this.plan
    const { ranks } = this.#settings
    const args = ['agent', '--connection', this.#place.connection, '--spool-root', this.#place.spools]
    args.push('--sample-interval-seconds', '0', '--disable-codecarbon', ...what)
    const log = path.join(this.#place.logs, `rank-${rank}.${attempt}.log`)
    const agent = provloom(args, log, this.#variables(ranks), 'log')
    this.#agent = agent
    this.#agentKilled = false
    agent.once('exit', (code, by) => {
      if (this.#agent === agent) this.#agent = undefined
      fs.appendFileSync(log, `harness: agent ended, ${String(code ?? by)}\n`)
      if (!this.#agentKilled) void this.#ended()
    })
    return agent
  }

  /** The agent has ended by itself: delivered, or what is left in the spool is handed to another one. */
  async #ended(): Promise<void> {
    const { rank, attempt, count } = this.plan
    if (this.#place.spoolOf(rank, attempt) === undefined) {
      this.done = true
      return
    }
    if (!this.#workerKilled && this.returned < count) this.crashes++
    await this.#turns.take()
    const agent = this.#attach()
    if (agent === undefined) this.#turns.giveBack()
    else agent.once('exit', () => this.#turns.giveBack())
  }

  #variables(ranks: number): Readonly<Record<string, string>> {
    const { rank, attempt } = this.plan
    return {
      TORCHELASTIC_RUN_ID: `chaos-${this.#settings.seed}`,
      TORCHELASTIC_RESTART_COUNT: String(attempt),
      TORCHELASTIC_MAX_RESTARTS: '1000',
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      GROUP_RANK: '0',
      WORLD_SIZE: String(ranks),
      LOCAL_WORLD_SIZE: String(ranks),
    }
  }
}
