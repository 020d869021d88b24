import { reasonOf } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { Contact } from '../meet/contact.ts'
import type { SessionFacts } from '../session/facts.ts'
import type { MlflowDoor } from '../mlflow/door.ts'
import type { Sources } from '../source/sources.ts'
import type { EventFiles } from '../tensorboard/event-files.ts'
import type { Claim } from './claim.ts'
import type { TreeFacts } from './folder.ts'
import type { Newcomers } from './newcomers.ts'
import { openSession } from './open-session.ts'
import type { OpenSessions } from './open-sessions.ts'
import type { Places } from './places.ts'
import { lifeOf } from './processes.ts'
import { refuseSession } from './refusal.ts'
import { sessionsAtOnce } from './room.ts'
import type { Telling } from './telling.ts'
import type { Found } from './watch.ts'
import type { Wrapped } from './wrapped.ts'

export interface AdmissionParts {
  readonly context: Context
  readonly facts: TreeFacts
  readonly claim: Claim
  readonly wrapped: Wrapped | undefined
  readonly mlflow?: Pick<MlflowDoor, 'lastWords'> | undefined
  readonly agent: string
  readonly telling: Telling
  readonly places: Places
  readonly newcomers: Newcomers
  readonly sessions: OpenSessions
  readonly contact: Contact
  readonly sources: Sources
  readonly eventFiles: EventFiles | undefined
}

/** Takes the sessions of a tree in as they begin, as many as can be served at once: each gets its place, and is served. */
export class Admission {
  readonly #parts: AdmissionParts
  #begun = 0

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /** How many there were. */
  get begun(): number {
    return this.#begun
  }

  /** Takes in what was begun since the last look. @returns whether any is open, or waits to be */
  look(): boolean {
    const { newcomers, sessions } = this.#parts
    newcomers.look()
    while (sessions.size < sessionsAtOnce) {
      const found = newcomers.take()
      if (found === undefined) break
      if (!sessions.has(found.folder.id)) this.#take(found)
    }
    return sessions.size + newcomers.count > 0
  }

  /** Once, by the job's first rank. */
  tellLeftovers(): void {
    const { places, telling } = this.#parts
    if (places.place.rank === 0) telling.tellLeftovers()
  }

  #take(found: Found): void {
    const { context, claim, places, contact, sessions, telling, wrapped } = this.#parts
    const { folder, facts } = found
    this.#begun++
    try {
      const seat = places.seat(found)
      const { rank, contradictions } = seat.place
      // It may have said of which job the whole tree is.
      claim.tellJob(places.own.jobKey)
      contact.meet(places.job(seat))
      const { service, hello } = openSession({
        ...this.#parts,
        found,
        seat,
        link: contact.link,
        wentOn: () => this.#wentOn(facts),
        isOver: () => this.#isOver(),
        lastWords: (session) => this.#parts.mlflow?.lastWords(session),
        told: (message) => telling.tellOf(sessions.serviceOf(folder.id), rank, message),
      })
      // First: who ends at once looks for the agent's first word.
      for (const message of contradictions) telling.tellOf(service, rank, message, 'RANK')
      sessions.serve(found, service, hello)
      // A client says it, of its first session.
      if (wrapped === undefined) this.tellLeftovers()
    } catch (error) {
      refuseSession(folder, error)
      context.voice.tell(`${reasonOf(error)}; what is logged is kept in ${folder.root}`)
      sessions.refuse(found, error)
    }
  }

  /** Whether a session's process has begun another one after it. */
  #wentOn(facts: SessionFacts): boolean {
    this.look()
    return this.#parts.newcomers.wentOn(facts)
  }

  /** Whether the command, or who founded the tree, has ended. */
  #isOver(): boolean {
    const { wrapped, facts, sessions } = this.#parts
    return wrapped === undefined ? lifeOf(facts) === 'gone' : sessions.isCommandOver
  }
}
