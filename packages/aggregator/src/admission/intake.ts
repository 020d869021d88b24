import { limits } from '@provloom/shared'
import type { Clock, Envelope, RefusalReason } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import type { Positions, RunStatus } from '../run/run-status.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'

/** The same complaint about the same place is not repeated within this time: an agent has several envelopes under way. */
const complaintIntervalMs = 250

export interface IntakeCounts {
  readonly envelopes: number
  readonly duplicates: number
  readonly trimmed: number
  readonly ahead: number
  readonly refused: number
}

/** Takes envelopes in: knows whose they are, cuts off what is stored already, and sends the rest into the run's journal. */
export class Intake {
  readonly #conversations: Conversations
  readonly #reply: Reply
  readonly #clock: Clock
  readonly #complaints = new Map<string, number>()
  readonly #counts = { envelopes: 0, duplicates: 0, trimmed: 0, ahead: 0, refused: 0 }

  constructor(conversations: Conversations, reply: Reply, clock: Clock) {
    this.#conversations = conversations
    this.#reply = reply
    this.#clock = clock
  }

  get counts(): IntakeCounts {
    return { ...this.#counts }
  }

  envelope(peer: Peer, envelope: Envelope, asReceived: Buffer): void {
    this.#counts.envelopes++
    const conversation = this.#conversations.get(envelope.session)
    if (conversation === undefined) return this.#stranger(peer, envelope.session)
    conversation.heard(peer, this.#clock.monotonicMs())
    if (conversation.phase === 'admitting') return
    if (conversation.phase === 'replaced') {
      return this.#turnDown(
        peer,
        conversation.session,
        'conflict',
        'the place of this session was given to another',
      )
    }
    // Being ended, or over: what still comes is for after it goes on, if it does.
    if (conversation.run.gone !== undefined) {
      return this.#complain(conversation, envelope.stream, envelope.first, true, conversation.run.gone)
    }
    if (conversation.run.isEnding || conversation.run.isOver || conversation.phase === 'done') return
    const wrong = whatIsWrong(conversation, envelope)
    if (wrong !== undefined) {
      this.#counts.refused++
      return this.#complain(conversation, envelope.stream, 0, false, wrong)
    }
    this.#place(conversation, envelope, asReceived)
  }

  /** What becomes of it is told to whoever sent it. */
  heard(status: RunStatus): void {
    if (status.kind === 'stored') this.#acknowledge(status.positions)
    if (status.kind === 'not-stored') this.#retryLater(status.positions, status.message)
  }

  #acknowledge(positions: Positions): void {
    for (const [session, next] of positions) {
      const conversation = this.#conversations.get(session)
      if (conversation !== undefined) this.#reply(conversation.link, { kind: 'acks', session, next })
    }
  }

  #retryLater(positions: Positions, message: string): void {
    const how = { kind: 'rejected', retry: true, tell: true, message } as const
    for (const [session, streams] of positions) {
      const conversation = this.#conversations.get(session)
      if (conversation === undefined) continue
      for (const [stream, next] of Object.entries(streams))
        this.#reply(conversation.link, { ...how, session, stream, next })
    }
  }

  #place(conversation: Conversation, envelope: Envelope, asReceived: Buffer): void {
    const { stream } = envelope
    const submission = conversation.run.submit(envelope, asReceived)
    switch (submission.kind) {
      case 'fits':
        if (submission.trimmed) this.#counts.trimmed++
        return
      case 'duplicate': {
        this.#counts.duplicates++
        const next = { [stream]: submission.stored }
        return this.#reply(conversation.link, { kind: 'acks', session: conversation.session, next })
      }
      case 'ahead': {
        this.#counts.ahead++
        const { expected } = submission
        const message = `records ${expected} to ${envelope.first - 1} of the stream are missing`
        return this.#complain(conversation, stream, expected, true, message)
      }
      case 'too-many-streams': {
        this.#counts.refused++
        const message = `more than ${limits.streamsPerRankMax} streams of one rank`
        return this.#complain(conversation, stream, 0, false, message)
      }
    }
  }

  #stranger(peer: Peer, session: string): void {
    const ended = this.#conversations.ended(session)
    if (ended !== undefined) return this.#reply(peer, ended)
    this.#reply(peer, { kind: 'again', session })
  }

  #turnDown(peer: Peer, session: string, reason: RefusalReason, message: string): void {
    this.#counts.refused++
    this.#reply(peer, { kind: 'refused', session, reason, message })
  }

  #complain(conversation: Conversation, stream: string, next: number, retry: boolean, message: string): void {
    const now = this.#clock.monotonicMs()
    const place = `${conversation.session} ${stream} ${next}`
    const last = this.#complaints.get(place)
    if (last !== undefined && now - last < complaintIntervalMs) return
    if (this.#complaints.size > 4096) this.#complaints.clear()
    this.#complaints.set(place, now)
    this.#reply(conversation.link, {
      kind: 'rejected',
      session: conversation.session,
      stream,
      next,
      retry,
      message,
    })
  }
}

function whatIsWrong(conversation: Conversation, { runId, rank, attempt }: Envelope): string | undefined {
  const isItsOwn =
    runId === conversation.run.facts.runId && rank === conversation.rank && attempt === conversation.attempt
  return isItsOwn ? undefined : 'the envelope names another run, rank or attempt than its session'
}
