import net from 'node:net'
import { isStopped, launchCommand, workerEnvironment } from '@provloom/agent/internal'
import {
  dutyOf,
  exitCode,
  isOn,
  limits,
  reasonOf,
  releaseDescriptors,
  renderError,
  say,
  variableOf,
} from '@provloom/shared'
import { AgentWorker, endingOf } from './agent-worker.ts'
import type { Worker } from './agent-worker.ts'
import { commandBegins } from './begun.ts'
import { codeOf, pythonDoors, pythonPath } from './self.ts'
import type { Ending } from './self.ts'

export interface WorkersPlan {
  readonly ranks: number
  /** Options for every agent. */
  readonly agentArgs: readonly string[]
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Milliseconds between asking the other workers to end, after one failed, and killing them. */
  readonly killAfterMs?: number
  told(message: string): void
}

/**
 * The ranks of one machine: an agent with its worker each, with the variables torchrun would set.
 * When a worker fails the others are asked to end, as the launchers do: they would wait for it for ever.
 */
export class Workers {
  readonly #plan: WorkersPlan
  readonly #workers = new Map<number, Worker>()
  readonly #early: NodeJS.Signals[] = []
  #begun = 0
  #stopping = false
  #failed: Ending | undefined
  #unknown: Ending | undefined

  constructor(plan: WorkersPlan) {
    this.#plan = plan
  }

  /** The exit code of the first worker that failed by itself; 0 while none has. */
  get failure(): number {
    const ending = this.#failed ?? this.#unknown
    return ending === undefined ? 0 : codeOf(ending)
  }

  /** The signal that killed it, where one did. */
  get failedBy(): NodeJS.Signals | undefined {
    return this.#failed?.signal ?? undefined
  }

  /** Whether they run: a signal for our process group reaches them by itself. */
  get there(): boolean {
    return this.#workers.size > 0
  }

  /** Whether all that are left were stopped. */
  get stopped(): boolean {
    const living = [...this.#workers.values()].filter((worker) => !worker.over)
    return living.length > 0 && living.every(({ pid }) => pid !== undefined && isStopped(pid))
  }

  /** @returns the exit codes by rank, when all have ended */
  async run(): Promise<number[]> {
    const port = await freePort()
    commandBegins()
    const endings = Array.from({ length: this.#plan.ranks }, (_, rank) =>
      this.#start(rank, {
        ...process.env,
        ...this.#plan.environment,
        ...rankVariables(rank, this.#plan.ranks, port),
      }),
    )
    for (const signal of this.#early.splice(0)) this.signal(signal)
    return await Promise.all(endings)
  }

  /** Passes a signal on to every worker still there; to all of them when they are, where they are not yet. */
  signal(signal: NodeJS.Signals): void {
    if (!this.there) this.#early.push(signal)
    for (const worker of this.#workers.values()) worker.signal(signal)
  }

  /** Somebody asks for the end: a worker that ends by it has not failed, and nobody else is asked once more. */
  expectEnd(): void {
    this.#stopping = true
    for (const worker of this.#workers.values()) worker.expectEnd()
  }

  async #start(rank: number, environment: NodeJS.ProcessEnv): Promise<number> {
    const { agentArgs, command } = this.#plan
    let how = 'could not be started'
    try {
      const agent = new AgentWorker(
        [...agentArgs, '--', ...command],
        environment,
        () => {
          if (++this.#begun === this.#plan.ranks) releaseDescriptors()
        },
        (message) => this.#plan.told(`rank ${rank}: ${message}`),
      )
      this.#workers.set(rank, agent)
      const ending = await agent.ended
      if (agent.begun || this.#stopping || !isFault(ending)) return this.#ended(rank, ending)
      if (ending.signal !== null) how = `was killed by ${ending.signal} before it had started the command`
    } catch (error) {
      this.#plan.told(reasonOf(error))
    }
    this.#plan.told(`the agent of rank ${rank} ${how}; the command runs without it`)
    return this.#ended(rank, await this.#startAlone(rank, environment))
  }

  async #startAlone(rank: number, environment: NodeJS.ProcessEnv): Promise<Ending> {
    const variables = workerEnvironment(environment, undefined, {
      client: pythonPath(),
      doors: pythonDoors(),
      asProv4ml: isOn(environment, variableOf('asProv4ml')),
    })
    const launch = await launchCommand(this.#plan.command, variables, undefined)
    if (launch.kind === 'not-started') {
      say(renderError(launch.error))
      return { code: launch.exitCode, signal: null }
    }
    const { command } = launch
    this.#workers.set(rank, {
      pid: command.pid,
      get over() {
        return command.over()
      },
      signal: (signal) => void command.signal(signal),
      kill: () => void command.signal('SIGKILL'),
      expectEnd: () => undefined,
    })
    return endingOf(await command.ended)
  }

  #ended(rank: number, ending: Ending): number {
    const code = codeOf(ending)
    // Of what nobody knows to have failed no other worker is to suffer.
    if (ending.unknown === true) this.#unknown ??= ending
    else if (code !== 0) this.#failed ??= ending
    if (this.#failed === ending && !this.#stopping) {
      this.#stopping = true
      const others = [...this.#workers.values()].filter((worker) => !worker.over)
      if (others.length > 0) {
        this.#plan.told(
          `rank ${rank} ${ending.signal === null ? `ended with exit code ${code}` : `was killed by ${ending.signal}`}; the other workers are asked to end (SIGTERM)`,
        )
        for (const worker of others) worker.signal('SIGTERM')
        setTimeout(() => {
          for (const worker of this.#workers.values()) worker.kill()
        }, this.#plan.killAfterMs ?? limits.killAfterMs).unref()
      }
    }
    return code
  }
}

/** An agent that ended before it had a command, and not because somebody asked for the end or the command line was refused. */
function isFault({ code, signal }: Ending): boolean {
  return signal === null ? code !== exitCode.usage : dutyOf(signal) !== 'end'
}

/** A lone worker may start ranks itself, which libraries do not where somebody else seems to have. */
function rankVariables(rank: number, ranks: number, port: number): Record<string, string> {
  const launcher = { PROVLOOM_LAUNCHER: 'provloom run' }
  if (ranks === 1) return launcher
  return {
    ...launcher,
    RANK: String(rank),
    LOCAL_RANK: String(rank),
    NODE_RANK: '0',
    WORLD_SIZE: String(ranks),
    LOCAL_WORLD_SIZE: String(ranks),
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: String(port),
  }
}

/** PyTorch's own choice, where none is free or can be asked for. */
const usualPort = 29_500

/** A port for the workers' own rendezvous that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(usualPort))
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : usualPort))
    })
  })
}
