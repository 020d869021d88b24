import { reasonOf } from '@provloom/shared'
import type { Hello, PlaceEnd } from '@provloom/shared'
import type { CommandOver } from '../session/process-end.ts'
import type { Hurry } from '../publish/patience.ts'
import { failureOf } from '../session/outcome.ts'
import type { SessionOutcome } from '../session/outcome.ts'
import type { SessionService } from '../session/service.ts'
import { placeEndOf } from './place-end.ts'
import { keepSession } from './refusal.ts'
import type { Telling } from './telling.ts'
import type { Found } from './watch.ts'

/** What became of one session of the tree. */
export interface SessionEnd {
  readonly session: string
  readonly folder: string
  readonly outcome: SessionOutcome
}

interface Open {
  readonly service: SessionService
  readonly done: Promise<void>
}

/** The sessions of a tree that are served now, and what became of the others. */
export class OpenSessions {
  readonly #telling: Telling
  readonly #changed: (ended: SessionEnd) => void
  readonly #open = new Map<string, Open>()
  readonly #ended: SessionEnd[] = []
  readonly #placeEnds: PlaceEnd[] = []
  /** How the command ended, once it has. */
  #command: CommandOver | undefined

  /** @param changed told of each that has ended */
  constructor(telling: Telling, changed: (ended: SessionEnd) => void) {
    this.#telling = telling
    this.#changed = changed
  }

  get size(): number {
    return this.#open.size
  }

  /** Those that have ended, in that order. */
  get ended(): readonly SessionEnd[] {
    return this.#ended
  }

  /** How the places ended that are not collected. */
  get placeEnds(): readonly PlaceEnd[] {
    return this.#placeEnds
  }

  has(id: string): boolean {
    return this.#open.has(id)
  }

  serviceOf(id: string): SessionService | undefined {
    return this.#open.get(id)?.service
  }

  /** Serves one to its end. */
  serve({ folder }: Found, service: SessionService, hello: Hello): void {
    if (this.#command !== undefined) service.commandEnded(this.#command)
    const done = service.serve(hello).then(
      (outcome) => {
        if (outcome.kind === 'not-collected') this.#placeEnds.push(...placeEndOf(hello, outcome.end))
        this.#end(folder, outcome)
      },
      (error: unknown) => {
        this.#telling.tell(`${reasonOf(error)}; what was logged is kept in ${folder.root}`)
        keepSession(folder, error)
        this.#end(folder, failureOf(error))
      },
    )
    this.#open.set(folder.id, { service, done })
    this.#telling.opened(service)
  }

  /** One that cannot be served. */
  refuse({ folder }: Found, error: unknown): void {
    this.#end(folder, failureOf(error))
  }

  get isCommandOver(): boolean {
    return this.#command !== undefined
  }

  commandEnded(over: CommandOver): void {
    this.#command = over
    for (const { service } of this.#open.values()) service.commandEnded(over)
  }

  hurry(which: Hurry): void {
    for (const { service } of this.#open.values()) service.hurry(which)
  }

  /** Another agent goes on with those for which it holds. @param until monotonic milliseconds at which they give up */
  stop(until: number, holds: (service: SessionService) => boolean): void {
    for (const { service } of this.#open.values()) if (holds(service)) service.stop('leave', until)
  }

  async allEnded(): Promise<void> {
    while (this.#open.size > 0) await Promise.all([...this.#open.values()].map(({ done }) => done))
  }

  #end({ id, root }: Found['folder'], outcome: SessionOutcome): void {
    const service = this.serviceOf(id)
    if (service !== undefined) this.#telling.closed(service)
    this.#open.delete(id)
    const ended = { session: id, folder: root, outcome }
    this.#ended.push(ended)
    this.#changed(ended)
  }
}
