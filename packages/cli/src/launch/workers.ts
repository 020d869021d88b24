import type { ChildProcess } from 'node:child_process'
import net from 'node:net'
import { codeOf, ended, spawnSelf } from './self.ts'

export interface WorkersPlan {
  readonly ranks: number
  /** Options for every agent. */
  readonly agentArgs: readonly string[]
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  told(message: string): void
}

/** Milliseconds between asking the other workers to end, after one failed, and killing them: what torchrun gives. */
const KILL_AFTER_MS = 30_000

/**
 * The ranks of one machine: an agent with its worker each, with the variables torchrun would set.
 * When a worker fails the others are asked to end, as the launchers do: they would wait for it for ever.
 */
export class Workers {
  readonly #plan: WorkersPlan
  readonly #agents: ChildProcess[] = []
  #stopping = false
  #failed: number | undefined

  constructor(plan: WorkersPlan) {
    this.#plan = plan
  }

  /** The exit code of the first worker that failed by itself; 0 while none has. */
  get failure(): number {
    return this.#failed ?? 0
  }

  /** @returns the exit codes by rank, when all have ended */
  async run(): Promise<number[]> {
    const port = await freePort()
    const endings: Promise<number>[] = []
    for (let rank = 0; rank < this.#plan.ranks; rank++) {
      const agent = spawnSelf(['agent', ...this.#plan.agentArgs, '--', ...this.#plan.command], {
        stdio: 'inherit',
        env: { ...process.env, ...this.#plan.environment, ...rankVariables(rank, this.#plan.ranks, port) },
      })
      this.#agents.push(agent)
      endings.push(ended(agent).then((ending) => this.#ended(rank, codeOf(ending))))
    }
    return await Promise.all(endings)
  }

  /** Passes a signal on to every worker still there. */
  signal(signal: NodeJS.Signals): void {
    this.#stopping = true
    for (const agent of this.#agents) agent.kill(signal)
  }

  #ended(rank: number, code: number): number {
    if (code !== 0) this.#failed ??= code
    if (code !== 0 && !this.#stopping) {
      this.#stopping = true
      const others = this.#agents.filter((agent) => agent.exitCode === null && agent.signalCode === null)
      if (others.length > 0) {
        this.#plan.told(
          `rank ${rank} ended with exit code ${code}; the other workers are asked to end (SIGTERM)`,
        )
        for (const agent of others) agent.kill('SIGTERM')
        setTimeout(() => this.signal('SIGKILL'), KILL_AFTER_MS).unref()
      }
    }
    return code
  }
}

function rankVariables(rank: number, ranks: number, port: number): Record<string, string> {
  return {
    PROVLOOM_LAUNCHER: 'provloom run',
    RANK: String(rank),
    LOCAL_RANK: String(rank),
    NODE_RANK: '0',
    WORLD_SIZE: String(ranks),
    LOCAL_WORLD_SIZE: String(ranks),
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: String(port),
  }
}

/** A port for the workers' own rendezvous that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })
}
