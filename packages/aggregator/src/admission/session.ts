import type { RankState } from '@provloom/graph'
import type { Attempt, Hello, Rank, Settled } from '@provloom/shared'
import type { Peer } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'

/**
 * One session's conversation.
 *
 * admitting: its `admitted` entry is on its way into the journal · open: welcomed · replaced: its place was given to
 * another session · done: it said its final bye
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
  /** Its end was read by its agent: what is left is on its way. */
  closing: boolean
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

/** A rank of a run, in one word. */
function placeOf(run: OpenRun, rank: Rank): string {
  return `${run.facts.runId} ${rank}`
}

/** Refused sessions that are remembered. One that is forgotten says hello again and is refused again. */
const quietMax = 65_536
/** Sessions of closed runs that are remembered, to repeat an answer that was lost. */
const endedMax = 65_536

/** All conversations, by session id. */
export class Sessions {
  readonly #byId = new Map<string, Session>()
  readonly #byRun = new Map<OpenRun, Set<Session>>()
  readonly #quiet = new Set<string>()
  readonly #ended = new Map<string, Settled>()
  /** The session of the latest attempt of each rank of each run. */
  readonly #current = new Map<string, Session>()

  get(id: string): Session | undefined {
    return this.#byId.get(id)
  }

  add(session: Session): void {
    const former = this.#byId.get(session.id)
    if (former !== undefined && former !== session) this.#forget(former)
    this.#byId.set(session.id, session)
    const ofRun = this.#byRun.get(session.run) ?? new Set()
    this.#byRun.set(session.run, ofRun.add(session))
    const place = placeOf(session.run, session.rank)
    // An earlier attempt may still be sending what is left of it.
    if ((this.#current.get(place)?.attempt ?? -1) <= session.attempt) this.#current.set(place, session)
  }

  /** Refused: only its heartbeats are answered from now on. */
  silence(id: string): void {
    if (this.#quiet.size >= quietMax) this.#quiet.clear()
    this.#quiet.add(id)
  }

  isSilenced(id: string): boolean {
    return this.#quiet.has(id)
  }

  /**
   * The run of these is closed: nothing is kept of them but how it ended. One that has not said all is to hear nothing of
   * an end: it asks again, and where it may the run goes on for it.
   */
  endRun(run: OpenRun, settled: (session: string) => Settled): void {
    for (const session of this.of(run)) {
      this.remove(session)
      if (session.phase !== 'done') continue
      if (this.#ended.size >= endedMax) this.#ended.clear()
      this.#ended.set(session.id, settled(session.id))
    }
  }

  /** How the run ended that a session was of, once it is closed. */
  ended(id: string): Settled | undefined {
    return this.#ended.get(id)
  }

  of(run: OpenRun): Session[] {
    return [...(this.#byRun.get(run) ?? [])]
  }

  /** Who speaks for the latest attempt of a rank, or did last. */
  holder(run: OpenRun, rank: Rank): Session | undefined {
    return this.#current.get(placeOf(run, rank))
  }

  get liveCount(): number {
    return this.live().length
  }

  /** Those that are welcomed and have not said their final bye. */
  live(): Session[] {
    return [...this.#byId.values()].filter((one) => one.phase === 'open')
  }

  remove(session: Session): void {
    // Another one may have come under its id.
    if (this.#byId.get(session.id) === session) this.#byId.delete(session.id)
    this.#forget(session)
    const place = placeOf(session.run, session.rank)
    if (this.#current.get(place) === session) this.#current.delete(place)
  }

  #forget(session: Session): void {
    const ofRun = this.#byRun.get(session.run)
    if (ofRun?.delete(session) === true && ofRun.size === 0) this.#byRun.delete(session.run)
  }
}
