import { causeOf, limits } from '@provloom/shared'
import type { Bye, Exit, Gone, Heartbeat, Kept, Present, Retired } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Answers } from './answers.ts'
import type { Bystanders } from './bystanders.ts'
import type { Presence } from './presence.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import type { Settling } from './settling.ts'
import type { Watches } from './watches.ts'

/** Time between two looks beyond this is our own absence (stopped, suspended, starved), not the ranks'. */
const lookMsMax = 500

/** Ranks that end together do so within it: none of them is asked to watch for a moment. */
const handOverMs = 500

export interface AttendanceRooms {
  readonly around: Surroundings
  readonly bystanders: Bystanders
  readonly conversations: Conversations
  readonly presence: Presence
  readonly settling: Settling
  readonly answers: Answers
  readonly watches: Watches<Conversation>
  readonly reply: Reply
  /** A rank has ended, or is lost: its run may be over. */
  readonly onLeft: (run: OpenRun) => void
  /** An agent has gone: whoever waited for it need not any more. */
  readonly onGone: () => void
}

/** Who is here: heartbeats, byes, farewells of agents, and ranks that have fallen silent. */
export class Attendance {
  readonly #rooms: AttendanceRooms
  #tickedMs: number

  constructor(rooms: AttendanceRooms) {
    this.#rooms = rooms
    this.#tickedMs = rooms.around.clock.monotonicMs()
  }

  heartbeat(peer: Peer, beat: Heartbeat): void {
    const { conversations, presence, around, watches, reply } = this.#rooms
    const conversation = conversations.get(beat.session)
    if (conversation === undefined && !this.#isOver(beat.session)) return this.#again(peer, beat.session)
    if (conversation !== undefined) {
      this.#heard(conversation, peer)
      presence.heard(conversation.hello.agent, conversation.hello.jobKey)
      if (beat.closing === true) this.#closing(conversation)
      if (isLost(conversation) && conversation.phase === 'open') return this.#again(peer, beat.session)
    }
    reply(peer, {
      kind: 'pulse',
      session: beat.session,
      sentUs: beat.sentUs,
      receivedUs: around.clock.nowUs(),
      ...(conversation !== undefined && watches.isGranted(conversation) ? { watch: true } : {}),
    })
  }

  #closing(conversation: Conversation): void {
    if (!conversation.closing && this.#rooms.watches.holds(conversation))
      this.#rooms.around.clock.after(handOverMs, () => this.#handOver(conversation))
    conversation.closing = true
  }

  /** Whoever is to watch a machine now need not wait for its own next heartbeat. Of a run that ends as a whole there is nobody. */
  #handOver({ run, hostId }: Conversation): void {
    const { conversations, watches, around, reply } = this.#rooms
    const next = conversations.of(run).find((one) => one.hostId === hostId && watches.isGranted(one))
    if (next === undefined) return
    const receivedUs = around.clock.nowUs()
    reply(next.link, { kind: 'pulse', session: next.session, sentUs: 0, receivedUs, watch: true })
  }

  bye(peer: Peer, bye: Bye): void {
    const { conversations, settling, reply } = this.#rooms
    const conversation = conversations.get(bye.session)
    const farewell = (): void => reply(peer, { kind: 'farewell', session: bye.session })
    if (conversation === undefined) return this.#byeOfNobody(peer, bye.session)
    this.#heard(conversation, peer)
    if (bye.kept !== undefined && conversation.phase === 'open')
      return this.#parted(conversation, bye.kept, farewell)
    if (!bye.final) conversation.marks.add('away')
    if (!bye.final || conversation.phase === 'replaced') return farewell()
    if (conversation.standing?.ended !== undefined) {
      conversation.phase = 'done'
      farewell()
      return settling.tell(conversation)
    }
    if (conversation.phase !== 'open' || conversation.run.isEnding || conversation.marks.has('bye')) return
    conversation.marks.add('bye')
    conversation.closing = true
    const { rank, attempt, run } = conversation
    const entry = {
      kind: 'ended',
      time: this.#rooms.around.clock.nowUs(),
      rank,
      attempt,
      ledger: bye.ledger,
      ledgerClosed: bye.ledgerClosed,
      ...(bye.createGraph === undefined ? {} : { createGraph: bye.createGraph }),
      ...(bye.createSvg === undefined ? {} : { createSvg: bye.createSvg }),
    } as const
    run.record(entry).then(
      () => {
        conversation.phase = 'done'
        const status = conversation.standing?.end?.status
        this.#rooms.around.tell({ kind: 'rank-ended', runId: run.facts.runId, rank, attempt, status })
        farewell()
        this.#rooms.onLeft(run)
        settling.ended(run)
      },
      (error: unknown) => {
        // Not stored, so no farewell: the agent says bye again.
        conversation.marks.delete('bye')
        const message = causeOf(error)
        const about = { session: conversation.session, stream: '', next: 0, retry: true, tell: true }
        reply(peer, { kind: 'rejected', ...about, message })
      },
    )
  }

  /** Its agent has given up and leaves: nobody waits for it any more, whether that can be written or not. */
  #parted(conversation: Conversation, kept: Kept, farewell: () => void): void {
    const { conversations, around, onLeft } = this.#rooms
    const { rank, attempt, run } = conversation
    conversations.remove(conversation)
    run.record({ kind: 'kept', time: around.clock.nowUs(), rank, attempt, ...kept }).then(
      () => {
        farewell()
        onLeft(run)
      },
      () => onLeft(run),
    )
  }

  /** Streams whose writers are gone. Told again when the answer is lost: what is known already changes nothing. */
  retired(peer: Peer, { session: id, ledger }: Retired): void {
    const { conversations, reply } = this.#rooms
    const conversation = conversations.get(id)
    const next = Object.fromEntries(Object.entries(ledger).map(([stream, told]) => [stream, told.next]))
    const known = (): void => reply(peer, { kind: 'acks', session: id, next })
    if (conversation === undefined) return this.#isOver(id) ? known() : this.#again(peer, id)
    this.#heard(conversation, peer)
    // Its place is another's, or it has ended: what it has let go changes nothing any more.
    if (conversation.phase === 'replaced' || conversation.phase === 'done') return known()
    if (conversation.phase !== 'open' || conversation.run.isEnding) return
    const { run, rank, attempt } = conversation
    run.record({ kind: 'retired', rank, attempt, ledger }).then(known, () => {})
  }

  /** The process of a session that had ended before it: amends the run while it is not closed. */
  exit(peer: Peer, { session: id, time, exitCode, signal }: Exit): void {
    const { conversations, reply } = this.#rooms
    const conversation = conversations.get(id)
    const farewell = (): void => reply(peer, { kind: 'farewell', session: id })
    if (conversation === undefined || conversation.phase !== 'done' || conversation.run.isEnding)
      return farewell()
    const { run, rank, attempt } = conversation
    run
      .record({
        kind: 'exited',
        time,
        heardTime: this.#rooms.around.clock.nowUs(),
        rank,
        attempt,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(signal === undefined ? {} : { signal }),
      })
      .then(farewell, () => {})
  }

  present(_peer: Peer, present: Present): void {
    this.#rooms.presence.present(present)
  }

  /** How places ended that are not collected amends the runs of their job that are not closed. */
  gone(peer: Peer, gone: Gone): void {
    const { conversations, presence, bystanders, reply, onGone } = this.#rooms
    presence.gone(gone)
    for (const { hello, marks } of conversations.live()) if (hello.agent === gone.agent) marks.add('away')
    bystanders.ended(gone).then(
      () => {
        reply(peer, { kind: 'farewell', session: gone.session })
        onGone()
      },
      () => {},
    )
  }

  /**
   * Looks for ranks that have fallen silent. What they say waits in the socket while we do not read it, so only time in
   * which we did counts as silence.
   *
   * @param deaf nothing was received for some time since the last look, for want of memory
   */
  tick(deaf: boolean): void {
    const { around, conversations, presence } = this.#rooms
    const now = around.clock.monotonicMs()
    const passed = now - this.#tickedMs
    const missed = deaf ? passed : Math.max(0, passed - lookMsMax)
    this.#tickedMs = now
    presence.missed(missed)
    for (const conversation of conversations.live()) {
      conversation.missed(missed, now)
      if (now - conversation.heardMs > limits.lostAfterMs) this.#lose(conversation)
    }
  }

  #byeOfNobody(peer: Peer, id: string): void {
    const { conversations, answers, reply } = this.#rooms
    const ended = conversations.ended(id)
    if (ended !== undefined) return reply(peer, ended)
    if (answers.wasRefused(id)) return reply(peer, { kind: 'farewell', session: id })
    this.#again(peer, id)
  }

  #lose(conversation: Conversation): void {
    const { around, onLeft } = this.#rooms
    const { run, rank, attempt, marks } = conversation
    const standing = conversation.standing
    if (standing?.lost !== undefined || standing?.ended !== undefined || run.isEnding || run.isOver) return
    // Its entry is on its way: the next tick does not say it again.
    if (marks.has('lost')) return
    marks.add('lost')
    run
      .record({ kind: 'lost', time: around.clock.nowUs(), rank, attempt })
      .then(
        () => {
          around.tell({ kind: 'rank-lost', runId: run.facts.runId, rank, attempt })
          if (this.#rooms.watches.holds(conversation)) this.#handOver(conversation)
          onLeft(run)
        },
        // The journal's trouble has been told: a later tick tries again.
        () => {},
      )
      .finally(() => marks.delete('lost'))
  }

  /** Refused, or of a run that is closed. */
  #isOver(session: string): boolean {
    const { conversations, answers } = this.#rooms
    return answers.wasRefused(session) || conversations.ended(session) !== undefined
  }

  #heard(conversation: Conversation, peer: Peer): void {
    conversation.heard(peer, this.#rooms.around.clock.monotonicMs())
  }

  #again(peer: Peer, session: string): void {
    this.#rooms.reply(peer, { kind: 'again', session })
  }
}

function isLost({ standing }: Conversation): boolean {
  return standing?.lost !== undefined
}
