import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { readProgress, workerOf } from './known.ts'
import type { KnownAttempt, SessionPlan, SessionProgress } from './known.ts'
import { provloom, repository, signal, sleep } from './place.ts'
import type { Place } from './place.ts'
import { isMarked, livingMarks, markName, workersMarked } from './processes.ts'
import type { ChaosSettings } from './settings.ts'

export interface AttemptPlan {
  readonly rank: number
  /** As the launcher tells it. */
  readonly attempt: number
  /** Calls of all attempts of the rank. */
  readonly total: number
  readonly sessions: readonly SessionPlan[]
}

/** One attempt of a rank: its worker, and the agent that was started with it. */
export class RankAttempt {
  readonly plan: AttemptPlan
  /** Of all its processes. */
  readonly mark: string
  /** What is wrong with how it ended. */
  readonly problems: string[] = []
  /** Resolves when its first agent has ended. */
  readonly agentGone: Promise<unknown>
  readonly #progress: string
  readonly #agent: ChildProcess
  #agentKilled = false
  #workerKilled = false

  constructor(place: Place, settings: ChaosSettings, plan: AttemptPlan) {
    const { rank, attempt, sessions, total } = plan
    const { series, payload, ranks, seed } = settings
    this.plan = plan
    this.#progress = path.join(place.progress, `${rank}.${attempt}`)
    this.mark = `${path.basename(place.root)}.${rank}.${attempt}`
    const worker = { series, payload, total, progress: this.#progress, pace: place.paceFile, sessions }
    const argv = ['python3', path.join(repository, 'test/fault/chaos/worker.py'), JSON.stringify(worker)]
    const log = path.join(place.logs, `rank-${rank}.${attempt}.log`)
    const variables = { ...place.variables, ...launcherVariables(plan, ranks, seed), [markName]: this.mark }
    this.#agent = provloom(['agent', '--', ...argv], log, variables, 'log')
    this.agentGone = once(this.#agent, 'exit').then(([code, by]) => {
      fs.appendFileSync(log, `harness: agent ended, ${String(code ?? by)}\n`)
      if (this.#agentKilled) return
      if (!this.#workerKilled && this.workerPid !== undefined) this.problems.push('its agent ended before it')
      else if (!this.#workerKilled && code !== 0) this.problems.push(`it ended with ${String(code ?? by)}`)
    })
  }

  /** The agent that was started with the worker, unless it is gone or has been killed. */
  get agentPid(): number | undefined {
    const { pid, exitCode, signalCode } = this.#agent
    return this.#agentKilled || exitCode !== null || signalCode !== null ? undefined : pid
  }

  /** The worker's process, from its first line to its last and until it is killed. */
  get workerPid(): number | undefined {
    const pid = this.#workerKilled ? undefined : workerOf(this.#progress, this.plan.sessions.length)
    return pid !== undefined && isMarked(pid, this.mark) ? pid : undefined
  }

  get progress(): readonly SessionProgress[] {
    return readProgress(this.#progress, this.plan.sessions.length)
  }

  get returned(): number {
    return this.progress.reduce((sum, one) => sum + one.returned, 0)
  }

  /** Its agent was killed before it had started the worker: nothing of the attempt is left. */
  get neverBegan(): boolean {
    const { length } = this.plan.sessions
    return (
      this.#agentKilled && workerOf(this.#progress, length) === undefined && !livingMarks().has(this.mark)
    )
  }

  /** What is to be found of it in the run of a session; undefined when it never came there. */
  known(session: number): KnownAttempt | undefined {
    const { pid, state, returned } = this.progress[session]!
    const { rank, attempt } = this.plan
    const { first, count } = this.plan.sessions[session]!
    if (state === 'none') return undefined
    const killed = this.#workerKilled && state !== 'ended'
    const begun = killed && state === 'open' ? Math.min(count, returned + 1) : returned
    // A child's own end is nobody's to see; that of the command counts for it, where an agent saw that.
    const endSeen = !this.#agentKilled && !this.plan.sessions[session]!.child
    const [maybe, ending] = [state === 'begins', state === 'ends']
    return { rank, attempt, pid, first, returned, begun, killed, maybe, ending, endSeen }
  }

  /** Killed before it began any session: its agent may have made one of its own for it, to tell how it ended. */
  get unbegun(): KnownAttempt | undefined {
    const { rank, attempt, sessions } = this.plan
    const pid = workerOf(this.#progress, sessions.length)
    if (
      !this.#workerKilled ||
      pid === undefined ||
      this.progress.some(({ state }) => state !== 'none' && state !== 'begins')
    )
      return undefined
    const nothing = { first: 0, returned: 0, begun: 0 }
    return { rank, attempt, pid, ...nothing, killed: true, maybe: true, endSeen: false }
  }

  /** Where its worker was not killed it has done all that it was to do. */
  judge(): readonly string[] {
    const undone = this.progress.filter(
      ({ state, returned }, i) => state !== 'ended' || returned !== this.plan.sessions[i]!.count,
    )
    if (this.#workerKilled || this.neverBegan || undone.length === 0) return this.problems
    return [...this.problems, `${undone.length} of its sessions were not made to their end`]
  }

  /** kill -9 of its first agent, at whatever it does. */
  killAgent(): boolean {
    const pid = this.agentPid
    if (pid === undefined) return false
    this.#agentKilled = true
    return signal(pid, 'SIGKILL')
  }

  /** kill -9 of the worker and its children. @returns whether it lived */
  async killWorker(): Promise<boolean> {
    const pid = this.workerPid
    if (pid === undefined || !signal(pid, 'SIGKILL')) return false
    this.#workerKilled = true
    for (let left = workersMarked(this.mark); left.length > 0; left = workersMarked(this.mark)) {
      for (const one of left) signal(one, 'SIGKILL')
      await sleep(1)
    }
    return true
  }

  /** Whatever of it still lives ends now. */
  end(): void {
    for (const pid of [this.#agent.pid, ...workersMarked(this.mark)])
      if (pid !== undefined && isMarked(pid, this.mark)) signal(pid, 'SIGKILL')
  }
}

function launcherVariables(
  { rank, attempt }: AttemptPlan,
  ranks: number,
  seed: number,
): Readonly<Record<string, string>> {
  return {
    TORCHELASTIC_RUN_ID: `chaos-${seed}`,
    TORCHELASTIC_RESTART_COUNT: String(attempt),
    TORCHELASTIC_MAX_RESTARTS: '1000',
    RANK: String(rank),
    LOCAL_RANK: String(rank),
    GROUP_RANK: '0',
    WORLD_SIZE: String(ranks),
    LOCAL_WORLD_SIZE: String(ranks),
  }
}
