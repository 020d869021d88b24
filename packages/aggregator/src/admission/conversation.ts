import type { RankState } from '@provloom/graph'
import type { Attempt, Hello, Rank } from '@provloom/shared'
import type { Peer } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'

/**
 * admitting: its `admitted` entry is on its way into the journal · open: welcomed · replaced: the session's place was
 * given to another one · done: it said its final bye
 */
export type Phase = 'admitting' | 'open' | 'replaced' | 'done'

/**
 * bye, lost: that entry is on its way into the journal · flushed: the document on disk holds the session's end · away: its
 * agent has gone, and another one may go on with it
 */
export type Mark = 'bye' | 'lost' | 'flushed' | 'away'

/**
 * What is said with an agent about one of its sessions. The agent has one link, for all of them, and after a break of the
 * connection another; a session that was lost and comes back has another conversation.
 */
export class Conversation {
  readonly hello: Hello
  readonly run: OpenRun
  readonly rank: Rank
  readonly attempt: Attempt
  phase: Phase
  /** The session's end was read by its agent: what is left is on its way. */
  closing = false
  readonly marks: Set<Mark> = new Set()
  #link: Peer
  #heardMs: number

  constructor(
    link: Peer,
    hello: Hello,
    place: { run: OpenRun; attempt: Attempt; phase: Phase; nowMs: number },
  ) {
    this.hello = hello
    this.run = place.run
    this.rank = hello.rank
    this.attempt = place.attempt
    this.phase = place.phase
    this.#link = link
    this.#heardMs = place.nowMs
  }

  get session(): string {
    return this.hello.session
  }

  /** The agent's link as it was when the session was heard last: answers go there. */
  get link(): Peer {
    return this.#link
  }

  /** On the monotonic clock. */
  get heardMs(): number {
    return this.#heardMs
  }

  /** How the session's attempt stands in the journal; undefined before it is there. */
  get standing(): RankState | undefined {
    return this.run.roster.find(this.rank, this.attempt)
  }

  /** Welcomed, and neither lost nor ended as the journal knows it. */
  get speaks(): boolean {
    const { phase, standing } = this
    return phase === 'open' && standing?.lost === undefined && standing?.ended === undefined
  }

  /** The machine: its boot id. */
  get hostId(): string {
    return this.hello.hostId
  }

  /** Its agent can watch the machine for the run, as long as the session goes on. */
  get canWatch(): boolean {
    const { hello, closing, marks, speaks } = this
    return hello.watches !== undefined && !closing && !marks.has('away') && speaks
  }

  get didWatch(): boolean {
    return this.hello.watches === 'does'
  }

  get hasBegun(): boolean {
    return this.hello.watches === 'began'
  }

  heard(link: Peer, nowMs: number): void {
    this.#link = link
    this.#heardMs = nowMs
  }

  /** For so long nobody could be heard: it does not count as silence. */
  missed(ms: number, nowMs: number): void {
    if (ms > 0) this.#heardMs = Math.min(nowMs, this.#heardMs + ms)
  }
}
