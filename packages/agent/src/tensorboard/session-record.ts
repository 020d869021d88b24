import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { nameWithin, reasonOf, tensorboardSource } from '@provloom/shared'
import type { Artifact, Clock, Event } from '@provloom/shared'
import { LedgerFile } from '../client/ledger-file.ts'
import { present } from '../client/present.ts'
import { Room, defaultBounds } from '../client/room.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { SourceWriter } from '../source/event-source.ts'
import { workerRules } from '../spool/rules.ts'
import { SpoolWriter } from '../spool/writer.ts'
import { Already } from './already.ts'
import type { LoggedEvent } from './format/event.ts'
import type { Fact, Media } from './format/fact.ts'
import { KeptMedia } from './kept-media.ts'
import type { LeftOut, MediaPlace } from './kept-media.ts'

/** By which metrics hyperparameters are judged: a parameter that the writer has made. */
const judgedBy = 'hparam_metrics'

const leftOutWords: Readonly<Record<LeftOut, string>> = {
  tag: 'of each tag the first are recorded as files of their own',
  session: 'so many files are recorded of one session',
  bytes: 'no more bytes are recorded of one session',
}

/** What event files say, recorded into one session: a stream of its own beside those of its process. */
export class SessionRecord {
  readonly #clock: Clock
  readonly #writer: SourceWriter
  readonly #id = `tensorboard-${process.pid}-${randomBytes(4).toString('hex')}`
  readonly #ledger: LedgerFile
  readonly #room: Room
  readonly #stream: SpoolWriter
  readonly #media: KeptMedia
  readonly #told = new Set<string>()
  already: Already = new Already()

  constructor(folder: SessionFolder, clock: Clock, writer: SourceWriter) {
    this.#clock = clock
    this.#writer = writer
    this.#ledger = new LedgerFile(path.join(folder.ledgers, this.#id))
    this.#room = new Room(folder, defaultBounds)
    this.#media = new KeptMedia(folder.files)
    this.#stream = new SpoolWriter({
      clock,
      streams: folder.streams,
      id: this.#id,
      rules: workerRules,
      home: {
        makeAgain: () => {
          throw new Error(`${folder.root} was removed`)
        },
      },
      counts: this.#ledger,
      space: this.#room,
    })
  }

  /** The stream, and the number of its next record. */
  get position(): { readonly stream: string; readonly next: number } {
    return { stream: this.#id, next: this.#stream.next }
  }

  /**
   * @param context of the file's folder
   * @param origin the file, and the byte at which the event's record begins
   */
  take(event: LoggedEvent, context: string | undefined, origin: string): void {
    const timeUs = event.timeUs ?? this.#clock.nowUs()
    for (const fact of event.facts) this.#fact(fact, { context, step: event.step, timeUs, origin })
  }

  /** Something is amiss with a file: told once, and recorded. */
  tell(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.#writer.record({ type: 'problem', code: 'EVENT_FILE', message: `tensorboard: ${message}` })
  }

  /** Once a second: how many records there are, and how much room. */
  look(): void {
    if (!this.#stream.isOpen) return
    this.#stream.look()
    this.#ledger.putNext(this.#stream.next)
    this.#room.look(this.#stream.size, this.#clock.monotonicMs())
  }

  /** Its process is gone, and has said nothing of its end: as an interpreter's exit says it. */
  end(): void {
    this.#writer.record({ type: 'session.end', status: 'completed', by: 'exit' })
  }

  close(): void {
    if (this.#stream.next === 0) return
    this.#stream.tellDrops()
    this.#ledger.putNext(this.#stream.next)
    this.#stream.close()
    this.#ledger.settle()
  }

  #fact(fact: Fact, at: MediaPlace): void {
    const { context, step, timeUs } = at
    switch (fact.kind) {
      case 'scalar': {
        const key = nameWithin(fact.tag)
        if (key === '' || this.already.hasPoint(step, timeUs, fact.value)) return
        this.#stream.point(key, context, tensorboardSource, step, timeUs, fact.value)
        return
      }
      case 'hparams':
        for (const { name, ...value } of fact.params) this.#param({ key: nameWithin(name), ...value }, at)
        return
      case 'judged-by': {
        const value = JSON.stringify(fact.metrics)
        this.#param({ key: judgedBy, valueType: 'json', value, direction: 'output' }, at)
        return
      }
      case 'media':
        return this.#keep(fact, at)
    }
  }

  #param(
    param: Omit<Extract<Event, { type: 'param' }>, 'type' | 'time' | 'source' | 'context'>,
    { context, timeUs }: MediaPlace,
  ): void {
    this.#event({
      type: 'param',
      time: timeUs,
      ...param,
      source: tensorboardSource,
      ...present({ context }),
    })
  }

  #keep(media: Media, at: MediaPlace): void {
    try {
      const found = this.#media.keep(media, at, tensorboardSource)
      if (typeof found === 'string') return this.tell(`${media.tag}: ${leftOutWords[found]}`)
      if (this.#event(found)) this.#own(found)
    } catch (error) {
      this.tell(`${media.tag}: its files cannot be kept: ${reasonOf(error)}`)
    }
  }

  #event(event: Event): boolean {
    return !this.already.hasEvent(event) && this.#stream.event(event)
  }

  #own(artifact: Artifact): void {
    this.#writer.keep(artifact, { stream: this.#id, number: this.#stream.next - 1 })
  }
}
