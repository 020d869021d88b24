import type { SessionService } from '../session/service.ts'
import { leftoversIn } from '../session/leftovers.ts'
import type { Voice } from '../voice.ts'

export interface TellingParts {
  readonly voice: Voice
  /** The tree's folder. */
  readonly root: string
  /** Nobody reads what this process says: the clients of its sessions say it. */
  readonly toClients: boolean
}

/** What a tree's agent tells a person: said aloud, and by the clients of its open sessions where nobody would hear it. */
export class Telling {
  readonly #parts: TellingParts
  readonly #open = new Set<SessionService>()
  /** Told before there was a session whose client could say it. */
  readonly #early: string[] = []
  #toldLeftovers = false

  constructor(parts: TellingParts) {
    this.#parts = parts
  }

  /** Of the tree as a whole. */
  tell(message: string): void {
    this.#parts.voice.tell(message)
    if (this.#open.size === 0) this.#early.push(message)
    for (const service of this.#open) this.#notice(service, 'AGENT', message)
  }

  /** Of one session; undefined while it is being opened. */
  tellOf(service: SessionService | undefined, rank: number, message: string, code = 'AGENT'): void {
    this.#parts.voice.tell(message, rank)
    if (service !== undefined) this.#notice(service, code, message)
  }

  opened(service: SessionService): void {
    this.#open.add(service)
    for (const message of this.#early.splice(0)) this.#notice(service, 'AGENT', message)
  }

  closed(service: SessionService): void {
    this.#open.delete(service)
  }

  /** Once: what earlier runs of this user have left on this machine. */
  tellLeftovers(): void {
    if (this.#toldLeftovers) return
    this.#toldLeftovers = true
    const line = leftoversIn(this.#parts.root)
    if (line !== undefined) this.tell(line)
  }

  #notice(service: SessionService, code: string, message: string): void {
    service.notice(code, message, this.#parts.toClients)
  }
}
