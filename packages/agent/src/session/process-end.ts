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
import { commandEndOf, howOf } from './rank-end.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import type { SessionProcess } from './parts.ts'
import { lookMs, seenEndMs } from './waits.ts'
import { livingWriters } from './writers.ts'

export interface ProcessEndParts {
  readonly clock: Clock
  readonly facts: SessionFacts
  readonly folder: SessionFolder
  readonly process: SessionProcess
  /** Rung at each news of it. */
  readonly news: Wake
}

/** The wrapped command has ended, at this time; without an `end` nobody saw how. */
export interface CommandOver {
  readonly end: CommandEnd | undefined
  /** Microseconds since the Unix epoch. */
  readonly timeUs: number
}

interface Sight {
  readonly us: number
  readonly ms: number
}

/** How a session and its process ended, as far as anybody says who was told. */
export class ProcessEnd {
  readonly #parts: ProcessEndParts
  #said: SessionEnd | undefined
  #command: CommandOver | undefined
  /** Before its parent was told. */
  #seen: CommandEnd | undefined
  /** When it was last seen to live, and first seen to be gone, by both clocks. */
  #lived: Sight | undefined
  #gone: Sight | undefined

  constructor(parts: ProcessEndParts) {
    this.#parts = parts
  }

  /** The session's own last word. */
  get said(): SessionEnd | undefined {
    return this.#said
  }

  hear(said: SessionEnd): void {
    this.#said = said
    this.#parts.news.ring()
  }

  /** The command has ended: it is the end of every process of it that is gone. */
  commandEnded(over: CommandOver): void {
    this.#command = over
    this.#parts.news.ring()
  }

  /** What is seen now; it is noted when. Whoever waits for its end asks every `lookMs`. */
  get life(): Life {
    const { process, facts, clock } = this.#parts
    const life = process.lifeOf(facts)
    const now = { us: clock.nowUs(), ms: clock.monotonicMs() }
    if (life === 'lives') [this.#lived, this.#gone] = [now, undefined]
    else if (life === 'gone' && this.#lived !== undefined) this.#gone ??= now
    return life
  }

  /**
   * When it was seen to be gone that lived `seenEndMs` before at most; else when it was last seen to live: nobody looked
   * for a while. Undefined of one that was never seen to live.
   */
  get seenUs(): number | undefined {
    if (this.#lived === undefined || this.#gone === undefined) return undefined
    return this.#gone.ms - this.#lived.ms <= seenEndMs ? this.#gone.us : this.#lived.us
  }

  /** It lives, or nobody has told how the wrapped command ended. */
  get isAwaited(): boolean {
    return (
      this.life !== 'gone' || (this.#parts.process.wrapped === 'command' && this.#command?.end === undefined)
    )
  }

  /** Processes that may write into the session still. */
  get writers(): number[] {
    const { folder, facts, process } = this.#parts
    return livingWriters(folder, facts, process.lifeOf)
  }

  /** A process of it still writes, or may: it goes on without its command. */
  get goesOn(): boolean {
    return this.life === 'lives' || this.writers.length > 0
  }

  /**
   * Whether the session's last word ends it for all who write into it; an interpreter's, said at its exit, does not for
   * processes that go on. Wrapped, how the process ended says more than that.
   */
  get saidForAll(): boolean {
    const { process, facts } = this.#parts
    if (this.#said?.by !== 'exit') return this.#said !== undefined
    return process.wrapped === undefined && this.writers.every((pid) => pid === facts.pid)
  }

  /**
   * Of the wrapped command itself what we were told as its parent; of any other process what its parent has left, or what
   * it said that it was about to end with. What its command ends with is another process's.
   */
  get known(): CommandEnd | undefined {
    if (this.#parts.process.wrapped === 'command') return this.#command?.end
    return this.#told() ?? commandEndOf(this.#said?.exitCode, this.#said?.signal)
  }

  /** When the process of which `known` tells was over, where its parent told. */
  get toldUs(): number | undefined {
    const { process, folder } = this.#parts
    return process.wrapped === 'command' ? this.#command?.timeUs : exitLeftIn(folder)?.timeUs
  }

  /** The same, else when that was seen, else now, for whoever sees it now. */
  get overUs(): number {
    return this.toldUs ?? this.seenUs ?? this.#parts.clock.nowUs()
  }

  /** Whether somebody may still tell, though the process is gone: us, or the process that started it. */
  mayBeTold(): boolean {
    const { wrapped, hasParent } = this.#parts.process
    if (wrapped === 'command') return this.#command?.end === undefined
    this.#seen ??= this.#unheard()
    return this.#told() === undefined && this.#said === undefined && hasParent()
  }

  /** Where this was the last session of the process, and its end follows the session's soon enough to be told. */
  async after(serves: () => boolean): Promise<CommandEnd | undefined> {
    const { clock, news, folder, process } = this.#parts
    const until = clock.monotonicMs() + limits.exitMs
    const goesOn = (): boolean => this.life !== 'gone' || this.mayBeTold()
    while (goesOn() && !process.wentOn() && clock.monotonicMs() < until && serves()) await news.wait(lookMs)
    if (process.wrapped === undefined || goesOn() || process.wentOn()) return undefined
    const toldUs = exitLeftIn(folder)?.timeUs
    const late =
      toldUs !== undefined && this.#said !== undefined && toldUs - this.#said.time > limits.exitMs * 1000
    return late ? undefined : this.known
  }

  /** Its session is kept: what was seen of its end, and nobody has told, is left with it. */
  leave(): void {
    const { folder, clock } = this.#parts
    if (this.#seen !== undefined && exitLeftIn(folder) === undefined)
      leaveExit(folder, this.#seen, clock.nowUs())
  }

  #unheard(): CommandEnd | undefined {
    const { facts } = this.#parts
    const pid = numberHere(facts)
    return pid === undefined ? undefined : unheardEnd(pid, facts.start)
  }

  #told(): CommandEnd | undefined {
    return exitLeftIn(this.#parts.folder)?.end ?? this.#seen
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
