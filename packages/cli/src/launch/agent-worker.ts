import type { ChildProcess } from 'node:child_process'
import { inheritedDescriptors } from '@provloom/agent/launch'
import { processStart } from '@provloom/shared'
import { allHeard, hear, tell } from './parent.ts'
import { ended, spawnLauncher } from './self.ts'
import type { Ending } from './self.ts'

/** One rank: its agent, or its command itself where no agent could be started. */
export interface Worker {
  readonly pid: number | undefined
  readonly over: boolean
  signal(signal: NodeJS.Signals): void
  /** At once, whatever it does about signals. */
  kill(): void
}

/** A rank's agent in a process of its own. */
export class AgentWorker implements Worker {
  /** Resolves when the agent, and so its command, has ended. */
  readonly ended: Promise<Ending>
  readonly #agent: ChildProcess
  readonly #early: NodeJS.Signals[] = []
  readonly #began: () => void
  #begun = false

  /**
   * @param began told when the command has been started, or is about to be
   * @throws the system's error, where it cannot be started at all
   */
  constructor(args: readonly string[], environment: NodeJS.ProcessEnv, began: () => void) {
    this.#began = began
    const stdio = withChannel()
    const handedDown = stdio.filter((one) => typeof one === 'number')
    this.#agent = spawnLauncher(['agent', ...args], handedDown, {
      stdio: ['inherit', 'inherit', 'inherit', ...stdio],
      env: environment,
    })
    this.ended = ended(this.#agent).then(async (ending) => {
      await allHeard(this.#agent)
      return ending
    })
    hear(this.#agent, (word) => {
      if (word === 'begins') this.#begins()
    })
  }

  get begun(): boolean {
    return this.#begun
  }

  get pid(): number | undefined {
    return this.#agent.pid
  }

  get over(): boolean {
    return this.#agent.exitCode !== null || this.#agent.signalCode !== null
  }

  /** Nobody listens before: Node has its defaults for a while, and most of them end it. */
  signal(signal: NodeJS.Signals): void {
    if (this.#begun) this.#agent.kill(signal)
    else this.#early.push(signal)
  }

  /** The agent stays, to tell how its command ended. */
  kill(): void {
    tell(this.#agent, 'kill')
  }

  #begins(): void {
    this.#begun = true
    this.#began()
    for (const signal of this.#early.splice(0)) this.#agent.kill(signal)
  }
}

/** Descriptors from 3 on, our channel in the first gap: above 15 Node would hand it on to the command. */
function withChannel(): ('ignore' | 'ipc' | number)[] {
  const handedDown = inheritedDescriptors(process.env, processStart().descriptors)
  const gap = handedDown.indexOf('ignore')
  return gap < 0 ? [...handedDown, 'ipc'] : [...handedDown.slice(0, gap), 'ipc', ...handedDown.slice(gap + 1)]
}
