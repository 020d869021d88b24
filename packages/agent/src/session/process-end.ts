import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isCount } from '@provloom/shared'
import type { Clock, SessionEnd } from '@provloom/shared'
import type { CommandEnd } from '../launch/command.ts'
import { textOf } from '../spool/small-file.ts'
import { unheardStatus } from '../tree/processes.ts'
import type { Wake } from '../wake.ts'
import { commandEndOf } from './ending.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import type { SessionProcess } from './parts.ts'
import { commandEndMs, exitMs, lookMs } from './waits.ts'

/** How the process of a session ended, as far as anybody says who was told. */
export class ProcessEnd {
  readonly #pid: number
  readonly #start: number
  readonly #folder: SessionFolder
  readonly #process: SessionProcess
  /** Of the wrapped command, once it has ended. */
  command: CommandEnd | undefined
  /** Before its parent was told. */
  #seen: CommandEnd | undefined

  constructor({ pid, start }: SessionFacts, folder: SessionFolder, process: SessionProcess) {
    this.#pid = pid
    this.#start = start
    this.#folder = folder
    this.#process = process
  }

  /**
   * As its parent was told or it said itself, else as far as its command's end tells: that of the command itself, or what
   * a shell that ran it last hands on. Where that says otherwise than the session it is another process's.
   */
  known(said: SessionEnd | undefined): CommandEnd | undefined {
    const { command } = this.#process
    const end = command === undefined ? undefined : this.command
    if (this.#pid === command) return end
    const own = this.#told() ?? commandEndOf(said?.exitCode, undefined)
    if (own !== undefined || end === undefined || said === undefined) return own ?? end
    return end.kind === 'exited' && (end.code === 0) === (said.status === 'completed') ? end : undefined
  }

  /** Whether somebody may still tell, though the process is gone: its command, or the process that started it. */
  mayBeTold(said: SessionEnd | undefined): boolean {
    const { command, hasParent } = this.#process
    this.#seen ??= endOf(unheardStatus(this.#pid, this.#start))
    if (this.#pid !== command && this.#told() !== undefined) return false
    return (command !== undefined && this.command === undefined) || (said === undefined && hasParent())
  }

  /** Where it follows the session's soon enough to be told. */
  async after(
    said: SessionEnd | undefined,
    clock: Clock,
    news: Wake,
    serves: () => boolean,
  ): Promise<CommandEnd | undefined> {
    const { command } = this.#process
    const isGone = (): boolean => this.#process.life() === 'gone'
    const until = clock.monotonicMs() + exitMs
    while (!isGone() && clock.monotonicMs() < until && serves()) await news.wait(lookMs)
    if (command === undefined || !isGone()) return undefined
    const waitUntil = clock.monotonicMs() + commandEndMs
    while (this.command === undefined && clock.monotonicMs() < waitUntil) await news.wait(lookMs)
    return this.known(said)
  }

  #told(): CommandEnd | undefined {
    return endToldBy(this.#folder) ?? this.#seen
  }
}

function endOf(status: number | undefined): CommandEnd | undefined {
  if (status === undefined) return undefined
  const number = status & 0x7f
  const [signal] = Object.entries(os.constants.signals).find(([, one]) => one === number) ?? []
  return number === 0 ? commandEndOf(status >> 8, undefined) : commandEndOf(undefined, signal)
}

/** What the parent of a session's process has left there: `exit.json` (docs/spool-format.md). */
function endToldBy(folder: SessionFolder): CommandEnd | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder.root, 'exit.json'), 'utf8'))
    const fields = new Map<string, unknown>(
      typeof value === 'object' && value !== null ? Object.entries(value) : [],
    )
    const code = fields.get('exitCode')
    return commandEndOf(isCount(code) ? code : undefined, textOf(fields.get('signal')))
  } catch {
    return undefined
  }
}
