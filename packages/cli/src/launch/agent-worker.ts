import type { ChildProcess } from 'node:child_process'
import { inheritedDescriptors, startOf, unheardEnd } from '@provloom/agent/internal'
import type { CommandEnd } from '@provloom/agent/internal'
import { processStart } from '@provloom/shared'
import { isAlive } from '@provloom/shared/process'
import { allHeard, hear, tell } from './parent.ts'
import { codeOf, ended, spawnLauncher } from './self.ts'
import type { Ending } from './self.ts'

/** One rank: its agent, or its command itself where no agent could be started. */
export interface Worker {
  readonly pid: number | undefined
  readonly over: boolean
  signal(signal: NodeJS.Signals): void
  /** At once, whatever it does about signals. */
  kill(): void
  /** Somebody asks for the end. */
  expectEnd(): void
}

/** A rank's agent in a process of its own. */
export class AgentWorker implements Worker {
  /** Resolves when the agent and its command have ended, as the command did. */
  readonly ended: Promise<Ending>
  readonly #agent: ChildProcess
  readonly #early: NodeJS.Signals[] = []
  readonly #began: () => void
  readonly #told: (message: string) => void
  #command: { readonly pid: number; readonly start: number } | undefined
  #commandEnd: CommandEnd | undefined
  #listens = false
  #begun = false

  /**
   * @param began told when the command has been started, or may have been
   * @param told what a person should know
   * @throws the system's error, where it cannot be started at all
   */
  constructor(
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    began: () => void,
    told: (message: string) => void,
  ) {
    this.#began = began
    this.#told = told
    const stdio = withChannel()
    const handedDown = stdio.filter((one) => typeof one === 'number')
    this.#agent = spawnLauncher(['agent', ...args], handedDown, {
      stdio: ['inherit', 'inherit', 'inherit', ...stdio],
      env: environment,
    })
    this.ended = ended(this.#agent).then(async (ending) => {
      await allHeard(this.#agent)
      return this.#commandEnd === undefined ? await this.#orphaned(ending) : endingOf(this.#commandEnd)
    })
    hear(this.#agent, (word) => {
      if (word === 'listens') this.#listen()
      else if (word === 'begins') this.#begin()
      else if (typeof word === 'object' && 'pid' in word) {
        this.#command = { pid: word.pid, start: startOf(word.pid) }
        this.#begin()
      } else if (typeof word === 'object') this.#end(word.end)
    })
  }

  /** Whether the command was started, or may have been: it is not to be started again. */
  get begun(): boolean {
    return this.#begun
  }

  get pid(): number | undefined {
    return this.#agent.pid
  }

  get over(): boolean {
    return this.#isAgentOver() && !this.#isCommandThere()
  }

  /** Nobody listens before: Node has its defaults for a while, and most of them end it. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#listens) this.#early.push(signal)
    else if (!this.#isAgentOver()) this.#agent.kill(signal)
    else if (this.#isCommandThere()) process.kill(this.#command!.pid, signal)
  }

  /** The agent stays, to tell how its command ended. */
  kill(): void {
    if (this.#isAgentOver()) this.signal('SIGKILL')
    else tell(this.#agent, 'kill')
  }

  /** What is logged is in the spool: an agent that cannot bring it in, for whatever it waits, is waited for no longer than this. */
  expectEnd(): void {
    if (this.#commandEnd !== undefined) setTimeout(() => this.#agent.kill('SIGKILL'), endsWithinMs).unref()
  }

  /** The agent was killed, and its command goes on: it is waited for, but only its parent is told how it ends. */
  async #orphaned(ending: Ending): Promise<Ending> {
    const command = this.#command
    if (command === undefined && this.#begun) {
      this.#told(
        'the agent was killed; whether its command had been started cannot be known: it is not started again',
      )
      return { ...ending, unknown: true }
    }
    if (command === undefined || ending.signal === null) return ending
    if (this.#isCommandThere())
      this.#told(
        `the agent was killed by ${ending.signal}; its command, process ${command.pid}, goes on, and what it logs is kept: provloom spools lists it`,
      )
    while (this.#isCommandThere()) await new Promise((resolve) => setTimeout(resolve, lookMs))
    const end = unheardEnd(command.pid, command.start)
    if (end !== undefined) return endingOf(end)
    this.#told(
      `how the command ended cannot be known, for its agent was killed: exit code ${codeOf(ending)} is the agent's`,
    )
    return { ...ending, unknown: true }
  }

  #isAgentOver(): boolean {
    return this.#agent.exitCode !== null || this.#agent.signalCode !== null
  }

  #isCommandThere(): boolean {
    const command = this.#command
    if (command === undefined || this.#commandEnd !== undefined || !isAlive(command.pid)) return false
    return command.start === 0 || startOf(command.pid) === command.start
  }

  #begin(): void {
    this.#listen()
    if (this.#begun) return
    this.#begun = true
    this.#began()
  }

  /** One that was not found has ended without a beginning. */
  #end(end: CommandEnd): void {
    this.#begin()
    this.#commandEnd = end
  }

  #listen(): void {
    this.#listens = true
    for (const signal of this.#early.splice(0)) this.#agent.kill(signal)
  }
}

const lookMs = 100
/** Of one whose command has ended, after it was asked for the end: launchers kill after 30 s. */
const endsWithinMs = 20_000

export function endingOf(end: CommandEnd): Ending {
  return end.kind === 'exited' ? { code: end.code, signal: null } : { code: null, signal: end.signal }
}

/** Descriptors from 3 on, our channel in the first gap: above 15 Node would hand it on to the command. */
function withChannel(): ('ignore' | 'ipc' | number)[] {
  const handedDown = inheritedDescriptors(process.env, processStart().descriptors)
  const gap = handedDown.indexOf('ignore')
  return gap < 0 ? [...handedDown, 'ipc'] : [...handedDown.slice(0, gap), 'ipc', ...handedDown.slice(gap + 1)]
}
