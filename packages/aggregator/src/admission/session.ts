import type { RankState } from '@provloom/graph'
import type { Attempt, Hello, Rank } from '@provloom/shared'
import type { Peer } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'

/**
 * One conversation with one agent process.
 *
 * admitting: its `admitted` entry is on its way into the journal · open: welcomed · replaced: another agent of the same
 * rank took over · done: it said its final bye
 */
export type Phase = 'admitting' | 'open' | 'replaced' | 'done'

export interface Session {
  readonly id: string
  readonly hello: Hello
  /** Another one after every reconnection. */
  peer: Peer
  readonly run: OpenRun
  readonly rank: Rank
  readonly attempt: Attempt
  phase: Phase
  /** On the monotonic clock. */
  heardMs: number
  /** What was told once already and need not be told again soon. */
  readonly told: Set<string>
}

/** How the session's attempt stands in the journal; undefined before it is there. */
export function standingOf({
  run,
  rank,
  attempt,
}: Pick<Session, 'run' | 'rank' | 'attempt'>): RankState | undefined {
  return run.roster.find(rank, attempt)
}

/** The attempt of a rank that a session speaks for, in one word. */
export function placeOf({ run, rank, attempt }: Pick<Session, 'run' | 'rank' | 'attempt'>): string {
  return `${run.facts.runId} ${rank} ${attempt}`
}

/** Refused sessions that are remembered. One that is forgotten says hello again and is refused again. */
const quietMax = 65_536
/** Sessions of ended runs that are remembered, to repeat a farewell that was lost. */
const endedMax = 65_536

/** All conversations, by session id. */
export class Sessions {
  readonly #byId = new Map<string, Session>()
  readonly #quiet = new Set<string>()
  readonly #ended = new Set<string>()
  readonly #current = new Map<string, Session>()

  get(id: string): Session | undefined {
    return this.#byId.get(id)
  }

  add(session: Session): void {
    this.#byId.set(session.id, session)
    this.#current.set(placeOf(session), session)
  }

  /** Refused: only its heartbeats are answered from now on. */
  silence(id: string): void {
    if (this.#quiet.size >= quietMax) this.#quiet.clear()
    this.#quiet.add(id)
  }

  isSilenced(id: string): boolean {
    return this.#quiet.has(id)
  }

  /** The run of these has ended: nothing is kept of them but that. */
  endRun(run: OpenRun): void {
    for (const [id, session] of this.#byId) {
      if (session.run !== run) continue
      this.remove(session)
      if (this.#ended.size >= endedMax) this.#ended.clear()
      this.#ended.add(id)
    }
  }

  /** Whether the session's run has ended. */
  hasEnded(id: string): boolean {
    return this.#ended.has(id)
  }

  /** The agent that speaks for an attempt of a rank. */
  of(place: string): Session | undefined {
    return this.#current.get(place)
  }

  get liveCount(): number {
    let count = 0
    for (const one of this.#current.values()) if (one.phase === 'open') count++
    return count
  }

  /** Those that are welcomed and have not said their final bye. */
  live(): Session[] {
    return [...this.#current.values()].filter((one) => one.phase === 'open')
  }

  remove(session: Session): void {
    this.#byId.delete(session.id)
    const place = placeOf(session)
    if (this.#current.get(place) === session) this.#current.delete(place)
  }
}
