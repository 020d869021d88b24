import os from 'node:os'
import { drained, endpointOf, reasonOf, systemClock, systemFiles } from '@provloom/shared'
import type { Clock, Component, Connection, Files, StopOutcome } from '@provloom/shared'
import { settingsOf } from './config.ts'
import type { AggregatorConfig, Settings } from './config.ts'
import { controlFolderOf } from './control/folder.ts'
import type { ControlFolder } from './control/folder.ts'
import { refuseSecond } from './control/running.ts'
import { newKeys, readServerFile } from './control/server-file.ts'
import type { ServerFile } from './control/server-file.ts'
import { House } from './house.ts'
import { Latch } from './latch.ts'
import type { Counts } from './house.ts'
import type { StatusListener } from './status.ts'

/** The house on the head node: one or more runs, each with one graph on disk, true at every moment. */
export interface Aggregator extends Component {
  /** How ranks find it; undefined while it does not listen. */
  readonly connection: Connection | undefined
  /** Absolute path of connection.json. */
  readonly connectionFile: string
  /** Resolves when at least one run was served and none is open. */
  readonly done: Promise<void>
  readonly counts: Counts
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
  return new LocalAggregator(settingsOf(config), config.onStatus ?? (() => {}), seams)
}

class LocalAggregator implements Aggregator {
  readonly connectionFile: string
  readonly done: Promise<void>
  readonly #settings: Settings
  readonly #files: Files
  readonly #control: ControlFolder
  readonly #tell: StatusListener
  readonly #house: House
  #connection: Connection | undefined
  #starting: Promise<void> | undefined
  #stopping: Promise<StopOutcome> | undefined

  constructor(settings: Settings, tell: StatusListener, seams: Seams) {
    const served = new Latch()
    this.done = served.opened
    this.#settings = settings
    this.#files = seams.files ?? systemFiles()
    this.#tell = tell
    this.#control = controlFolderOf(this.#files, settings.saveDir, settings.connectionKey)
    this.connectionFile = this.#control.connection
    this.#house = new House(settings, {
      files: this.#files,
      clock: seams.clock ?? systemClock(),
      tell,
      control: this.#control,
      onIdle: () => served.open(),
    })
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get counts(): Counts {
    return this.#house.counts
  }

  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(deadlineMs: number): Promise<StopOutcome> {
    this.#stopping ??= this.#stop(deadlineMs)
    return this.#stopping
  }

  async #start(): Promise<void> {
    const control = this.#control
    control.make()
    await refuseSecond(control.connection)
    const before = readServerFile(control.server)
    const keys = before?.keys ?? newKeys()
    const { port: given, listen, advertise, encrypted } = this.#settings
    const ports = given !== 0 ? [given] : before === undefined ? [0] : [before.port, 0]
    const port = await this.#house.open(encrypted ? keys : undefined, ports)
    const server: ServerFile = { format: 1, port, keys }
    await control.write(control.server, server)
    this.#connection = {
      format: 1,
      jobKey: this.#settings.connectionKey,
      host: os.hostname(),
      advertise: advertise ?? reachableName(listen),
      listen,
      port,
      pid: process.pid,
      curve: encrypted
        ? { serverKey: keys.serverPublic, publicKey: keys.clientPublic, secretKey: keys.clientSecret }
        : null,
    }
    await control.write(control.connection, this.#connection)
    this.#tell({
      kind: 'listening',
      endpoint: endpointOf(this.#connection),
      connectionFile: control.connection,
      encrypted,
    })
  }

  async #stop(deadlineMs: number): Promise<StopOutcome> {
    if (this.#starting === undefined) return drained
    await this.#starting.catch(() => {})
    const outcome = await this.#house.close(deadlineMs)
    if (this.#connection !== undefined) this.#removeConnection(this.#control.connection)
    this.#connection = undefined
    return outcome
  }

  #removeConnection(file: string): void {
    try {
      this.#control.remove(file)
    } catch (error) {
      this.#tell({
        kind: 'problem',
        code: 'FILE_UNWRITABLE',
        runId: undefined,
        message: `${file} could not be removed (${reasonOf(error)})`,
        hint: 'All runs are written. Remove the file: nobody listens there any more.',
      })
    }
  }
}

/** Where ranks elsewhere reach us when nobody said: the address we listen on, or this machine's name. */
function reachableName(listen: string): string {
  return listen === '0.0.0.0' || listen === '::' ? os.hostname() : listen
}
