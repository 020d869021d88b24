import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { ProvloomError, agentStream, makePath } from '@provloom/shared'
import type { Clock, Event, StreamLedger } from '@provloom/shared'
import { withoutSecrets } from '../told.ts'
import { CountsInMemory } from './counts.ts'
import { agentRules } from './rules.ts'
import { unbounded } from './space.ts'
import { SpoolWriter } from './writer.ts'

/** An event without its time, which is now unless it says otherwise. */
export type Fact = Event extends infer Each
  ? Each extends Event
    ? Omit<Each, 'time'> & { readonly time?: number }
    : never
  : never

/** Who a measurement belongs to; declared once, then one point each. */
export interface SeriesName {
  readonly key: string
  readonly source: string
  readonly unit: string
  /** The machine, or the session's process with its descendants; absent of what is neither. */
  readonly measures?: 'host' | 'rank'
}

/** The agent's own stream of a session: facts of process, host and energy, beside the worker's, by the same rules. */
export class OwnStream {
  readonly id: string
  /** The run that it is of; the session, until that is known. */
  run: string
  readonly #clock: Clock
  readonly #counts = new CountsInMemory()
  readonly #writer: SpoolWriter
  readonly #tell: (message: string) => void
  #silent = false

  /**
   * @param told of each problem that is recorded: no client hears of it otherwise
   * @throws {ProvloomError} `LOG_FAILED` when the stream cannot be made
   */
  constructor(clock: Clock, streams: string, told: (message: string) => void = () => {}) {
    this.#tell = told
    this.run = path.basename(path.dirname(streams))
    this.id = `${agentStream}${process.pid}-${randomBytes(4).toString('hex')}`
    this.#clock = clock
    makeFolder(path.join(streams, this.id))
    this.#writer = new SpoolWriter({
      clock,
      streams,
      id: this.id,
      rules: agentRules,
      home: {
        // Whoever has removed the session does not want it: its clients make it again where they go on.
        makeAgain: () => {
          throw new Error(`${streams} was removed`)
        },
      },
      counts: this.#counts,
      space: unbounded,
    })
  }

  /** Appends a fact; what cannot be kept is counted and told as soon as there is room. @returns whether it is kept */
  record(fact: Fact): boolean {
    if (this.#silent) return false
    const said = withoutSecrets(fact)
    if (said.type === 'problem') this.#tell(said.message)
    return this.#writer.event({ time: this.#clock.nowUs(), ...said })
  }

  /** Appends a measurement, its series before the first. */
  measure({ key, source, ...more }: SeriesName, step: number, value: number): void {
    if (!this.#silent) this.#writer.point(key, undefined, source, step, this.#clock.nowUs(), value, more)
  }

  /** What this stream has written and dropped, as the ledgers of clients say it. */
  get ledger(): StreamLedger {
    return { next: this.#writer.next, drops: Object.fromEntries(this.#counts.drops) }
  }

  /** The last word was said: what is seen from now on would come after the goodbye, whose ledger counts it. */
  seal(): void {
    if (!this.#silent) this.#writer.tellDrops()
    this.#silent = true
  }

  /** From now on nothing is kept: the rank is not collected, or its spool is gone. */
  close(): void {
    this.#silent = true
    this.#writer.close()
  }
}

function makeFolder(folder: string): void {
  try {
    makePath(folder, 'private')
  } catch (cause) {
    throw new ProvloomError('LOG_FAILED', `Could not open the log in ${folder}`, {
      doing: 'open the log',
      to: folder,
      cause,
      hint: 'Check that the disk has room and that the folder may be written.',
    })
  }
}
