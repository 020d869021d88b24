import fs from 'node:fs'
import path from 'node:path'
import { fieldsOf, isCount, limits } from '@provloom/shared'
import type { Clock, SessionEnd } from '@provloom/shared'
import type { CommandEnd } from '../launch/command.ts'
import { unheardEnd } from '../launch/unheard-end.ts'
import { textOf, writeSmall } from '../spool/small-file.ts'
import { numberHere } from '../tree/processes.ts'
import type { Life } from '../tree/processes.ts'
import type { Wake } from '../wake.ts'
import { commandEndOf, howOf } from './ending.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import type { SessionProcess } from './parts.ts'
import { lookMs } from './waits.ts'
import { livingWriters } from './writers.ts'

/** How the process of a session ended, as far as anybody says who was told. */
export class ProcessEnd {
  readonly #facts: SessionFacts
  readonly #folder: SessionFolder
  readonly #process: SessionProcess
  /** Of the wrapped command, once it has ended. */
  command: CommandEnd | undefined
  /** Before its parent was told. */
  #seen: CommandEnd | undefined

  constructor(facts: SessionFacts, folder: SessionFolder, process: SessionProcess) {
    this.#facts = facts
    this.#folder = folder
    this.#process = process
  }

  get life(): Life {
    return this.#process.lifeOf(this.#facts)
  }

  /** It lives, or nobody has told how the wrapped command ended. */
  get isAwaited(): boolean {
    return this.life !== 'gone' || (this.#process.wrapped === 'command' && this.command === undefined)
  }

  /** Processes that may write into the session still. */
  get writers(): number[] {
    return livingWriters(this.#folder, this.#facts, this.#process.lifeOf)
  }

  /**
   * Whether the session's last word ends it for all who write into it; an interpreter's, said at its exit, does not for
   * processes that go on. Wrapped, how the process ended says more than that.
   */
  saidForAll(said: SessionEnd | undefined): boolean {
    if (said?.by !== 'exit') return said !== undefined
    return this.#process.wrapped === undefined && this.writers.every((pid) => pid === this.#facts.pid)
  }

  /**
   * Of the wrapped command itself what we were told as its parent; of any other process what its parent has left, or what
   * it said that it was about to end with. What its command ends with is another process's.
   */
  known(said: SessionEnd | undefined): CommandEnd | undefined {
    if (this.#process.wrapped === 'command') return this.command
    return this.#told() ?? commandEndOf(said?.exitCode, said?.signal)
  }

  /** Whether somebody may still tell, though the process is gone: us, or the process that started it. */
  mayBeTold(said: SessionEnd | undefined): boolean {
    const { wrapped, hasParent } = this.#process
    if (wrapped === 'command') return this.command === undefined
    this.#seen ??= this.#unheard()
    return this.#told() === undefined && said === undefined && hasParent()
  }

  /** Where this was the last session of the process, and its end follows the session's soon enough to be told. */
  async after(
    said: SessionEnd | undefined,
    clock: Clock,
    news: Wake,
    serves: () => boolean,
  ): Promise<CommandEnd | undefined> {
    const of = this.#process
    const until = clock.monotonicMs() + limits.exitMs
    const goesOn = (): boolean => this.life !== 'gone' || this.mayBeTold(said)
    while (goesOn() && !of.wentOn() && clock.monotonicMs() < until && serves()) await news.wait(lookMs)
    if (of.wrapped === undefined || goesOn() || of.wentOn()) return undefined
    const toldUs = exitLeftIn(this.#folder)?.timeUs
    const late = toldUs !== undefined && said !== undefined && toldUs - said.time > limits.exitMs * 1000
    return late ? undefined : this.known(said)
  }

  /** Its session is kept: what was seen of its end, and nobody has told, is left with it. */
  leave(nowUs: number): void {
    if (this.#seen !== undefined && exitLeftIn(this.#folder) === undefined)
      leaveExit(this.#folder, this.#seen, nowUs)
  }

  #unheard(): CommandEnd | undefined {
    const pid = numberHere(this.#facts)
    return pid === undefined ? undefined : unheardEnd(pid, this.#facts.start)
  }

  #told(): CommandEnd | undefined {
    return exitLeftIn(this.#folder)?.end ?? this.#seen
  }
}

const fileName = 'exit.json'

/** Leaves with a session how its process ended, for whoever hands it in: it is not told again (docs/spool-format.md). */
export function leaveExit(folder: SessionFolder, end: CommandEnd, timeUs: number): void {
  try {
    writeSmall(path.join(folder.root, fileName), { ...howOf(end), timeUs })
  } catch {
    // Handed in and removed at this moment, or on a full disk: its end is then not known, and said to be so.
  }
}

/** What somebody who was told how a session's process ended has left there. */
function exitLeftIn(
  folder: SessionFolder,
): { readonly end: CommandEnd; readonly timeUs: number | undefined } | undefined {
  try {
    const fields = fieldsOf(JSON.parse(fs.readFileSync(path.join(folder.root, fileName), 'utf8')))
    const [code, timeUs] = [fields.get('exitCode'), fields.get('timeUs')]
    const end = commandEndOf(isCount(code) ? code : undefined, textOf(fields.get('signal')))
    return end === undefined ? undefined : { end, timeUs: isCount(timeUs) ? timeUs : undefined }
  } catch {
    return undefined
  }
}
