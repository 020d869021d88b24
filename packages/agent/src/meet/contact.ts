import type { PlaceEnd } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { LinkEvent } from '../publish/event.ts'
import { Link } from '../publish/link.ts'
import { Meeting, whoStarts } from './meeting.ts'
import type { Job, MeetingEvent } from './meeting.ts'
import { Presence } from './presence.ts'
import type { PresenceParts } from './presence.ts'

export interface ContactParts extends Pick<PresenceParts, 'agent' | 'present'> {
  readonly context: Context
  /** Where agents without a save directory that can be written meet. */
  readonly spoolRoot: string
  /** A person should know. */
  readonly told: (message: string) => void
}

/** An agent and the aggregator of its job: where they meet, the one connection, and that this agent is here. */
export class Contact {
  /** For its sessions. */
  readonly link: Link
  readonly #parts: ContactParts
  readonly #meeting: Meeting
  readonly #presence: Presence

  constructor(parts: ContactParts) {
    const { context, agent, present, spoolRoot } = parts
    const { clock, timing, connect, given, config } = context
    const listener = (event: LinkEvent | MeetingEvent): void => this.#note(event)
    this.#parts = parts
    const named = given.connection
    this.#meeting = new Meeting({ clock, named, spoolRoot, start: config.startAggregator, listener })
    const files = (): readonly string[] => this.#meeting.files()
    this.link = new Link({ clock, timing, connect, files, listener, starter: whoStarts(context) })
    this.#presence = new Presence({ clock, timing, agent, present, link: this.link })
  }

  start(): void {
    this.link.add(this.#presence)
    void this.link.start()
  }

  /** Another job, or another save directory, where the aggregator may be. */
  meet(job: Job): void {
    this.#meeting.add(job)
  }

  /** Something has changed of what this agent says of itself. */
  hurry(): void {
    this.#presence.hurry()
  }

  /** An aggregator has said something within the time after which it would be given up. */
  get isAnswered(): boolean {
    return this.link.silentMs < this.#parts.context.timing.drainMs
  }

  /** Says that this agent goes, and how the places ended that were not collected. */
  async leave(jobKey: string, ends: readonly PlaceEnd[], idle: boolean, until: number): Promise<void> {
    await this.#presence.leave(jobKey, ends, idle, until)
    // At once: the aggregator, which leaves now, would be missed, and another one started that nobody needs.
    this.#meeting.close()
  }

  async close(): Promise<void> {
    await this.link.close()
  }

  #note(event: LinkEvent | MeetingEvent): void {
    const { context, told } = this.#parts
    switch (event.kind) {
      case 'connecting': {
        const { advertise, port } = event.connection
        return context.tell({ kind: 'connecting', endpoint: `${advertise}:${port}` })
      }
      case 'disconnected':
        return context.tell(event)
      case 'hopeless':
        this.link.hopeless = event.reason
        return
      case 'trouble':
        return told(event.message)
    }
  }
}
