import { decodeAgentMessage, envelopeOf, fieldsOf, unpack } from '@provloom/shared'
import type { AgentMessage } from '@provloom/shared'
import type { Admission } from '../admission/admission.ts'
import type { Answers } from '../admission/answers.ts'
import type { Attendance } from '../admission/attendance.ts'
import type { Intake } from '../admission/intake.ts'
import type { Peer, Reply } from './inbox.ts'

/** Peers that were told about a malformed frame of theirs. Forgotten when there are too many. */
const toldMax = 4096

export interface ReceptionRooms {
  readonly admission: Admission
  readonly answers: Answers
  readonly attendance: Attendance
  readonly intake: Intake
  readonly reply: Reply
}

/** Reads frames and passes each on to the room that it is for. A malformed one is counted, and answered once per peer. */
export class Reception {
  readonly #rooms: ReceptionRooms
  readonly #told = new Set<string>()
  #malformed = 0

  constructor(rooms: ReceptionRooms) {
    this.#rooms = rooms
  }

  get malformed(): number {
    return this.#malformed
  }

  frame(peer: Peer, payload: Buffer): void {
    const look = decodeAgentMessage(payload)
    switch (look.kind) {
      case 'bad':
        return this.#malformedFrame(peer, payload, look.reason)
      case 'foreign':
        return this.#rooms.answers.foreign(peer, look.session, look.version)
      case 'message':
        return this.#message(peer, look.message)
      case 'envelope': {
        const envelope = envelopeOf(look.parts)
        return envelope.kind === 'bad'
          ? this.#malformedFrame(peer, payload, envelope.reason)
          : this.#rooms.intake.envelope(peer, envelope.envelope, payload)
      }
    }
  }

  #message(peer: Peer, message: AgentMessage): void {
    switch (message.kind) {
      case 'hello':
        void this.#rooms.admission.hello(peer, message)
        return
      case 'heartbeat':
        return this.#rooms.attendance.heartbeat(peer, message)
      case 'bye':
        return this.#rooms.attendance.bye(peer, message)
      case 'present':
        return this.#rooms.attendance.present(peer, message)
      case 'gone':
        return this.#rooms.attendance.gone(peer, message)
      case 'retired':
        return this.#rooms.attendance.retired(peer, message)
      case 'exit':
        return this.#rooms.attendance.exit(peer, message)
    }
  }

  /** Answered where the frame lets us know whose it is. */
  #malformedFrame(peer: Peer, payload: Buffer, reason: string): void {
    this.#malformed++
    if (this.#told.has(peer.name)) return
    const sender = senderOf(payload)
    if (sender === undefined) return
    if (this.#told.size >= toldMax) this.#told.clear()
    this.#told.add(peer.name)
    const { session, stream } = sender
    this.#rooms.reply(
      peer,
      sender.hello
        ? { kind: 'refused', session, reason: 'bad-hello', message: reason }
        : { kind: 'rejected', session, stream, next: 0, retry: false, message: reason },
    )
  }
}

interface Sender {
  readonly session: string
  readonly stream: string
  readonly hello: boolean
}

const textMax = 64

function senderOf(payload: Buffer): Sender | undefined {
  const value = unpack(payload)
  if (Array.isArray(value)) {
    const fields: readonly unknown[] = value
    const session = shortText(fields[4])
    return session === undefined ? undefined : { session, stream: shortText(fields[5]) ?? '', hello: false }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = fieldsOf(value)
  const session = shortText(fields.get('session'))
  return session === undefined ? undefined : { session, stream: '', hello: fields.get('kind') === 'hello' }
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= textMax ? value : undefined
}
