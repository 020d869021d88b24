import { randomBytes } from 'node:crypto'
import os from 'node:os'
import {
  Statuses,
  drained,
  endpointOf,
  knownError,
  readConnection,
  reasonOf,
  systemClock,
  systemFiles,
} from '@provloom/shared'
import type { Clock, Component, Connection, Files, StopOutcome } from '@provloom/shared'
import { settingsOf } from './config.ts'
import type { AggregatorConfig, Settings } from './config.ts'
import { controlFolderOf } from './control/folder.ts'
import type { ControlFolder } from './control/folder.ts'
import { Generation } from './control/generation.ts'
import { refuseSecond } from './control/running.ts'
import { readServerFile } from './control/server-file.ts'
import type { ServerFile } from './control/server-file.ts'
import { newKeys } from './inbox/zeromq/keys.ts'
import { Latch } from './latch.ts'
import type { AggregatorStatus, StatusListener } from './status.ts'
import { Wiring } from './wiring.ts'
import type { Counts } from './wiring.ts'

/** The one process of a job on its head node: one or more runs, each with one graph on disk, true at every moment. */
export interface Aggregator extends Component {
  /** How ranks find it; undefined while it does not listen. */
  readonly connection: Connection | undefined
  /** Absolute path of connection.json. */
  readonly connectionFile: string
  /** Resolves when at least one run was served and none is open. */
  readonly done: Promise<void>
  readonly counts: Counts
  /** Every rank that is here is of this machine, and nobody was heard for longer than between two heartbeats. */
  readonly isDeserted: boolean
  /** @param patienceMs ranks have so long to end, half the deadline unless said; the rest is for writing the runs */
  stop(deadlineMs: number, patienceMs?: number): Promise<StopOutcome>
  /**
   * Tells another listener, beside `onStatus`, from now on. It must not throw.
   *
   * @returns ends it
   */
  listen(listener: StatusListener): () => void
}

/** Test seams. */
export interface Seams {
  readonly files?: Files
  readonly clock?: Clock
}

/**
 * Makes an aggregator; `start` makes it listen.
 *
 * `start` rejects with a ProvloomError: `SAVE_DIR_UNWRITABLE`, `AGGREGATOR_RUNNING`, `BIND_FAILED`. `stop` ends the
 * runs that are open; after a kill a new aggregator with the same arguments goes on with them.
 *
 * @throws {ProvloomError} `UNKNOWN_OPTION`, `BAD_OPTION`
 */
export function createAggregator(config: AggregatorConfig, seams: Seams = {}): Aggregator {
  const aggregator = new LocalAggregator(settingsOf(config), seams)
  if (config.onStatus !== undefined) aggregator.listen(config.onStatus)
  return aggregator
}

class LocalAggregator implements Aggregator {
  readonly connectionFile: string
  readonly done: Promise<void>
  readonly #settings: Settings
  readonly #files: Files
  readonly #control: ControlFolder
  readonly #generation: Generation
  readonly #statuses = new Statuses<AggregatorStatus>()
  readonly #wiring: Wiring
  #connection: Connection | undefined
  #starting: Promise<void> | undefined
  #stopping: Promise<StopOutcome> | undefined
  #leaving = false

  constructor(settings: Settings, seams: Seams) {
    const served = new Latch()
    this.done = served.opened
    this.#settings = settings
    this.#files = seams.files ?? systemFiles()
    this.#control = controlFolderOf(this.#files, settings.meetDir, settings.connectionKey)
    this.connectionFile = this.#control.connection
    this.#generation = new Generation(this.#control.path, settings.generation)
    this.#wiring = new Wiring(settings, {
      files: this.#files,
      clock: seams.clock ?? systemClock(),
      tell: this.#statuses.tell,
      control: this.#control,
      onIdle: () => void this.#idle(served),
    })
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get isDeserted(): boolean {
    return this.#wiring.staying.isDeserted
  }

  get counts(): Counts {
    return this.#wiring.counts
  }

  listen(listener: StatusListener): () => void {
    return this.#statuses.listen(listener)
  }

  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(deadlineMs: number, patienceMs = deadlineMs / 2): Promise<StopOutcome> {
    this.#stopping ??= this.#stop(deadlineMs, patienceMs)
    return this.#stopping
  }

  /**
   * Nothing is open and nobody is here. One that agents have started says that it leaves, and waits a moment for those
   * who have not seen that: a hello makes it stay, as the next generation, unless somebody has begun to start that.
   */
  async #idle(served: Latch): Promise<void> {
    if (this.#generation.number === undefined) return served.open()
    if (this.#leaving || this.#connection === undefined) return
    this.#leaving = true
    // From now on nobody is let in: who reads that it has left may start the next.
    const leaving = this.#wiring.staying.leave(leavingMs)
    await this.#say({ ...this.#connection, left: true })
    if ((await leaving) || !this.#generation.claimNext()) return served.open()
    this.#connection = { ...this.#connection, generation: this.#generation.number }
    await this.#say(this.#connection)
    this.#wiring.staying.stay()
    this.#leaving = false
  }

  /** A disk that takes no file does not keep it here: agents see that nobody answers. */
  async #say(connection: Connection): Promise<void> {
    await this.#control.write(this.#control.connection, connection).catch(() => {})
  }

  async #start(): Promise<void> {
    const control = this.#control
    control.make()
    this.#generation.refuseLater()
    await refuseSecond(control.connection)
    const before = readServerFile(this.#files, control.server)
    const keys = before?.keys ?? newKeys()
    const { port: given, listen, advertise, encrypted } = this.#settings
    const ports = given !== 0 ? [given] : before === undefined ? [0] : [before.port, 0]
    const port = await this.#wiring.open(encrypted ? keys : undefined, ports)
    const server: ServerFile = { format: 1, port, keys }
    await control.write(control.server, server)
    this.#generation.refuseLater()
    const generation = this.#generation.number
    this.#connection = {
      format: 1,
      jobKey: this.#settings.connectionKey,
      host: os.hostname(),
      advertise: advertise ?? reachableName(listen),
      listen,
      port,
      pid: process.pid,
      nonce: randomBytes(8).toString('hex'),
      ...(generation === undefined ? {} : { generation }),
      curve: encrypted
        ? { serverKey: keys.serverPublic, publicKey: keys.clientPublic, secretKey: keys.clientSecret }
        : null,
    }
    await control.write(control.connection, this.#connection)
    this.#statuses.tell({
      kind: 'listening',
      endpoint: endpointOf(this.#connection),
      listen,
      advertise: this.#connection.advertise,
      connectionFile: control.connection,
      encrypted,
    })
  }

  async #stop(deadlineMs: number, patienceMs: number): Promise<StopOutcome> {
    if (this.#starting === undefined) return drained
    await this.#starting.catch(() => {})
    const outcome = await this.#wiring.close(deadlineMs, patienceMs)
    this.#clearAway()
    return outcome
  }

  /** Only what is ours: a later one may have written its own by now. What a run may go on from needs its key and list. */
  #clearAway(): void {
    const { connection: file } = this.#control
    const own = this.#connection
    this.#connection = undefined
    try {
      const found = connectionAt(file)
      if (own === undefined || (found !== undefined && found.nonce !== own.nonce)) return
      // Somebody may have begun to start the next: all is theirs then.
      if (this.#generation.number === undefined) return this.#control.remove(file)
      if (!this.#wiring.staying.mayGoOn && this.#generation.claimNext()) return this.#control.clear()
      this.#control.remove(file)
      this.#generation.end()
    } catch (error) {
      this.#statuses.tell({
        kind: 'problem',
        code: knownError(error)?.code ?? 'FILE_UNWRITABLE',
        runId: undefined,
        message: `${file} could not be removed (${reasonOf(error)})`,
        hint: 'All runs are written. Remove the file: nobody listens there any more.',
      })
    }
  }
}

function connectionAt(file: string): Connection | undefined {
  try {
    return readConnection(file)
  } catch {
    return undefined
  }
}

/** Agents may have looked at the connection file a moment before it said that we leave. */
const leavingMs = 2_000

/** Where ranks elsewhere reach us when nobody said: the address we listen on, or this machine's name. */
function reachableName(listen: string): string {
  return listen === '0.0.0.0' || listen === '::' ? os.hostname() : listen
}
