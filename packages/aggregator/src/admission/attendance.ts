import { limits } from '@provloom/shared'
import type { Bye, Heartbeat } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { standingOf } from './session.ts'
import type { Session, Sessions } from './session.ts'

/** Time between two looks beyond this is our own absence (stopped, suspended, starved), not the ranks'. */
const lookMsMax = 500

/** Who is here: heartbeats, byes, and ranks that have fallen silent. */
export class Attendance {
  readonly #around: Surroundings
  readonly #sessions: Sessions
  readonly #reply: Reply
  readonly #onLeft: (run: OpenRun) => void
  #tickedMs: number

  constructor(around: Surroundings, sessions: Sessions, reply: Reply, onLeft: (run: OpenRun) => void) {
    this.#onLeft = onLeft
    this.#around = around
    this.#sessions = sessions
    this.#reply = reply
    this.#tickedMs = around.clock.monotonicMs()
  }

  heartbeat(peer: Peer, beat: Heartbeat): void {
    const session = this.#sessions.get(beat.session)
    if (session === undefined && !this.#isOver(beat.session)) return this.#again(peer, beat.session)
    if (session !== undefined) {
      this.#heard(session, peer)
      if (isLost(session) && session.phase === 'open') return this.#again(peer, beat.session)
    }
    this.#reply(peer, {
      kind: 'pulse',
      session: beat.session,
      sentUs: beat.sentUs,
      receivedUs: this.#around.clock.nowUs(),
    })
  }

  bye(peer: Peer, bye: Bye): void {
    const session = this.#sessions.get(bye.session)
    const farewell = (): void => this.#reply(peer, { kind: 'farewell', session: bye.session })
    if (session === undefined) {
      return this.#isOver(bye.session) ? farewell() : this.#again(peer, bye.session)
    }
    this.#heard(session, peer)
    const ended = standingOf(session)?.ended !== undefined || session.run.roster.closed
    if (!bye.final || ended || session.phase === 'replaced') return farewell()
    if (session.phase !== 'open' || session.run.isEnding || session.told.has('bye')) return
    session.told.add('bye')
    const { rank, attempt } = session
    const entry = {
      kind: 'ended',
      time: this.#around.clock.nowUs(),
      rank,
      attempt,
      ...(bye.createGraph === undefined ? {} : { createGraph: bye.createGraph }),
      ...(bye.createSvg === undefined ? {} : { createSvg: bye.createSvg }),
    } as const
    session.run.record(entry).then(
      () => {
        session.phase = 'done'
        const status = standingOf(session)?.end?.status
        this.#around.tell({ kind: 'rank-ended', runId: session.run.facts.runId, rank, attempt, status })
        farewell()
        this.#onLeft(session.run)
      },
      // Not stored, so no farewell: the agent says bye again.
      () => session.told.delete('bye'),
    )
  }

  /**
   * Looks for ranks that have fallen silent. What they say waits in the socket while we do not read it, so only time in
   * which we did counts as silence.
   *
   * @param deaf nothing was received for some time since the last look, for want of memory
   */
  tick(deaf: boolean): void {
    const now = this.#around.clock.monotonicMs()
    const passed = now - this.#tickedMs
    const missed = deaf ? passed : Math.max(0, passed - lookMsMax)
    this.#tickedMs = now
    for (const session of this.#sessions.live()) {
      if (missed > 0) session.heardMs = Math.min(now, session.heardMs + missed)
      if (now - session.heardMs > limits.lostAfterMs) this.#lose(session)
    }
  }

  #lose(session: Session): void {
    const { run, rank, attempt, told } = session
    const standing = standingOf(session)
    if (standing?.lost !== undefined || standing?.ended !== undefined || run.isEnding) return
    // Its entry is on its way: the next tick does not say it again.
    if (told.has('lost')) return
    told.add('lost')
    run
      .record({ kind: 'lost', time: this.#around.clock.nowUs(), rank, attempt })
      .then(
        () => {
          this.#around.tell({ kind: 'rank-lost', runId: run.facts.runId, rank, attempt })
          this.#onLeft(run)
        },
        // The journal's trouble has been told: a later tick tries again.
        () => {},
      )
      .finally(() => told.delete('lost'))
  }

  /** Refused, or of a run that has ended. */
  #isOver(session: string): boolean {
    return this.#sessions.isSilenced(session) || this.#sessions.hasEnded(session)
  }

  #heard(session: Session, peer: Peer): void {
    session.peer = peer
    session.heardMs = this.#around.clock.monotonicMs()
  }

  #again(peer: Peer, session: string): void {
    this.#reply(peer, { kind: 'again', session })
  }
}

function isLost(session: Session): boolean {
  return standingOf(session)?.lost !== undefined
}
