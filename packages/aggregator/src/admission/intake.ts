import { limits } from '@provloom/shared'
import type { Clock, Envelope, RefusalReason } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import type { Acknowledgements } from '../run/surroundings.ts'
import type { Session, Sessions } from './session.ts'

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
  readonly #sessions: Sessions
  readonly #reply: Reply
  readonly #clock: Clock
  readonly #complaints = new Map<string, number>()
  readonly #counts = { envelopes: 0, duplicates: 0, trimmed: 0, ahead: 0, refused: 0 }

  constructor(sessions: Sessions, reply: Reply, clock: Clock) {
    this.#sessions = sessions
    this.#reply = reply
    this.#clock = clock
  }

  get counts(): IntakeCounts {
    return { ...this.#counts }
  }

  envelope(peer: Peer, envelope: Envelope, asReceived: Buffer): void {
    this.#counts.envelopes++
    const session = this.#sessions.get(envelope.session)
    if (session === undefined) return this.#stranger(peer, envelope.session)
    session.peer = peer
    session.heardMs = this.#clock.monotonicMs()
    if (session.phase === 'admitting') return
    if (session.phase === 'replaced') {
      return this.#turnDown(peer, session.id, 'conflict', 'the place of this session was given to another')
    }
    // Being ended, or over: what still comes is for after it goes on, if it does.
    if (session.run.gone !== undefined) {
      return this.#complain(session, envelope.stream, envelope.first, true, session.run.gone)
    }
    if (session.run.isEnding || session.run.isOver || session.phase === 'done') return
    const wrong = whatIsWrong(session, envelope)
    if (wrong !== undefined) {
      this.#counts.refused++
      return this.#complain(session, envelope.stream, 0, false, wrong)
    }
    this.#place(session, envelope, asReceived)
  }

  acknowledge(acknowledgements: Acknowledgements): void {
    for (const [id, next] of acknowledgements) {
      const session = this.#sessions.get(id)
      if (session !== undefined) this.#reply(session.peer, { kind: 'acks', session: id, next })
    }
  }

  retryLater(streams: Acknowledgements, message: string): void {
    for (const [id, positions] of streams) {
      const session = this.#sessions.get(id)
      if (session === undefined) continue
      for (const [stream, next] of Object.entries(positions)) {
        this.#reply(session.peer, {
          kind: 'rejected',
          session: id,
          stream,
          next,
          retry: true,
          message,
          tell: true,
        })
      }
    }
  }

  #place(session: Session, envelope: Envelope, asReceived: Buffer): void {
    const { stream } = envelope
    const submission = session.run.submit(envelope, asReceived)
    switch (submission.kind) {
      case 'fits':
        if (submission.trimmed) this.#counts.trimmed++
        return
      case 'duplicate': {
        this.#counts.duplicates++
        const next = { [stream]: submission.stored }
        return this.#reply(session.peer, { kind: 'acks', session: session.id, next })
      }
      case 'ahead': {
        this.#counts.ahead++
        const { expected } = submission
        const message = `records ${expected} to ${envelope.first - 1} of the stream are missing`
        return this.#complain(session, stream, expected, true, message)
      }
      case 'too-many-streams': {
        this.#counts.refused++
        const message = `more than ${limits.streamsPerRankMax} streams of one rank`
        return this.#complain(session, stream, 0, false, message)
      }
    }
  }

  #stranger(peer: Peer, session: string): void {
    const ended = this.#sessions.ended(session)
    if (ended !== undefined) return this.#reply(peer, ended)
    this.#reply(peer, { kind: 'again', session })
  }

  #turnDown(peer: Peer, session: string, reason: RefusalReason, message: string): void {
    this.#counts.refused++
    this.#reply(peer, { kind: 'refused', session, reason, message })
  }

  #complain(session: Session, stream: string, next: number, retry: boolean, message: string): void {
    const now = this.#clock.monotonicMs()
    const place = `${session.id} ${stream} ${next}`
    const last = this.#complaints.get(place)
    if (last !== undefined && now - last < complaintIntervalMs) return
    if (this.#complaints.size > 4096) this.#complaints.clear()
    this.#complaints.set(place, now)
    this.#reply(session.peer, { kind: 'rejected', session: session.id, stream, next, retry, message })
  }
}

function whatIsWrong(session: Session, { runId, rank, attempt }: Envelope): string | undefined {
  const isItsOwn = runId === session.run.facts.runId && rank === session.rank && attempt === session.attempt
  return isItsOwn ? undefined : 'the envelope names another run, rank or attempt than its session'
}
