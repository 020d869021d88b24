import type { Rank, Settled } from '@provloom/shared'
import type { OpenRun } from '../run/open-run.ts'
import type { Conversation } from './conversation.ts'

/** Sessions of closed runs that are remembered, to repeat an answer that was lost. */
const endedMax = 65_536

/** All conversations, by their sessions; and how those sessions ended whose runs are closed. */
export class Conversations {
  readonly #bySession = new Map<string, Conversation>()
  readonly #byRun = new Map<OpenRun, Set<Conversation>>()
  readonly #jobs = new WeakMap<OpenRun, Set<string>>()
  readonly #ended = new Map<string, Settled>()
  /** Of the latest attempt of each rank of each run. */
  readonly #current = new Map<string, Conversation>()

  get(session: string): Conversation | undefined {
    return this.#bySession.get(session)
  }

  add(conversation: Conversation): void {
    const { session, run, rank, attempt } = conversation
    const former = this.#bySession.get(session)
    if (former !== undefined && former !== conversation) this.#forget(former)
    this.#bySession.set(session, conversation)
    const ofRun = this.#byRun.get(run) ?? new Set()
    this.#byRun.set(run, ofRun.add(conversation))
    this.#jobs.set(run, this.#jobsOf(run).add(conversation.hello.jobKey))
    const place = placeOf(run, rank)
    // An earlier attempt may still be sending what is left of it.
    if ((this.#current.get(place)?.attempt ?? -1) <= attempt) this.#current.set(place, conversation)
  }

  /**
   * The run of these is closed: nothing is kept of them but how it ended. A session that has not said all is to hear
   * nothing of an end: it asks again, and where it may the run goes on for it.
   */
  endRun(run: OpenRun, settled: (session: string) => Settled): void {
    for (const conversation of this.of(run)) {
      this.remove(conversation)
      if (conversation.phase !== 'done') continue
      if (this.#ended.size >= endedMax) this.#ended.clear()
      this.#ended.set(conversation.session, settled(conversation.session))
    }
  }

  /** How the run ended that a session was of, once it is closed. */
  ended(session: string): Settled | undefined {
    return this.#ended.get(session)
  }

  of(run: OpenRun): Conversation[] {
    return [...(this.#byRun.get(run) ?? [])]
  }

  /** The jobs whose sessions are, or were, in the run: that of another job may have named it by its id. */
  jobsOf(run: OpenRun): ReadonlySet<string> {
    return this.#jobsOf(run)
  }

  /** Who speaks for the latest attempt of a rank, or did last. */
  holder(run: OpenRun, rank: Rank): Conversation | undefined {
    return this.#current.get(placeOf(run, rank))
  }

  get liveCount(): number {
    return this.live().length
  }

  /** Whether the run has a rank that goes on, as far as its journal knows, and has not been heard here. */
  hasUnheard(run: OpenRun): boolean {
    for (const { rank, ended, lost, kept } of run.roster.latest())
      if ((ended ?? lost ?? kept) === undefined && this.holder(run, rank) === undefined) return true
    return false
  }

  /** Whether one of the run that has watched the machine is being let in, or goes on. */
  hasWatcher(run: OpenRun, hostId: string): boolean {
    return this.of(run).some(
      (one) => one.didWatch && one.hostId === hostId && (one.phase === 'admitting' || one.canWatch),
    )
  }

  /** Those whose sessions are welcomed and have not said their final bye. */
  live(): Conversation[] {
    return [...this.#bySession.values()].filter((one) => one.phase === 'open')
  }

  remove(conversation: Conversation): void {
    const { session, run, rank } = conversation
    // There may be another one about the session by now.
    if (this.#bySession.get(session) === conversation) this.#bySession.delete(session)
    this.#forget(conversation)
    const place = placeOf(run, rank)
    if (this.#current.get(place) === conversation) this.#current.delete(place)
  }

  #jobsOf(run: OpenRun): Set<string> {
    return this.#jobs.get(run) ?? new Set([run.facts.jobKey])
  }

  #forget(conversation: Conversation): void {
    const { run } = conversation
    const ofRun = this.#byRun.get(run)
    if (ofRun?.delete(conversation) === true && ofRun.size === 0) this.#byRun.delete(run)
  }
}

/** A rank of a run, in one word. */
function placeOf(run: OpenRun, rank: Rank): string {
  return `${run.facts.runId} ${rank}`
}
