import os from 'node:os'
import path from 'node:path'
import type { Hello } from '@provloom/shared'
import { ArtifactKeeper } from '../artifact/keeper.ts'
import type { KeeperEvent } from '../artifact/keeper.ts'
import type { PublishEvent } from '../publish/event.ts'
import type { Hurry } from '../publish/patience.ts'
import { Publisher } from '../publish/publisher.ts'
import { AskedOnce, askedFolderOf } from '../source/asked-once.ts'
import { EventSources } from '../source/event-source.ts'
import { OwnStream } from '../spool/own-stream.ts'
import { Wake } from '../wake.ts'
import { ClockOffset } from './clock-offset.ts'
import { Finish } from './finish.ts'
import { treeOf } from './folder.ts'
import { Orders } from './orders.ts'
import { describeProblem, problemFact } from './outcome.ts'
import type { SessionOutcome } from './outcome.ts'
import type { SessionParts } from './parts.ts'
import type { Pieces } from './pieces.ts'
import { ProcessEnd } from './process-end.ts'
import type { CommandOver } from './process-end.ts'
import { Reading } from './reading.ts'
import { SourceRecords } from './source-records.ts'
import { Standing } from './standing.ts'
import { commandEndMs, lookMs } from './waits.ts'
import { writerOf, writes } from './writers.ts'

/** Serves one session: it is published until its end, and then delivered, kept or left. */
export class SessionService {
  readonly #parts: SessionParts
  readonly #pieces: Pieces
  readonly #finish: Finish
  readonly #offset: ClockOffset
  readonly #news: Wake
  #markDue = false

  /** @throws {ProvloomError} `LOG_FAILED` when its folder cannot be written */
  constructor(parts: SessionParts) {
    const news = new Wake(parts.context.clock)
    const pieces = this.#piecesOf(parts, news)
    this.#parts = parts
    this.#news = news
    this.#pieces = pieces
    this.#offset = new ClockOffset(pieces.own, parts.facts.hostId)
    const { context, lastUs, stderr } = parts
    this.#finish = new Finish({ context, pieces, lastUs, stderr, news })
  }

  /** The command has ended: it is the end of every process of it that is gone. */
  commandEnded(over: CommandOver): void {
    this.#pieces.end.commandEnded(over)
  }

  /** Leaves the session to another agent, or sets a time until which it is served. @param until monotonic milliseconds */
  stop(how: 'serve' | 'leave', until: number): void {
    this.#pieces.orders.stop(how, until)
    this.#news.ring()
  }

  hurry(which: Hurry): void {
    const { orders, publisher, keeper } = this.#pieces
    orders.hurry()
    publisher.hurry(which)
    keeper.hurry(which)
  }

  /** A process of it still writes, or may: it goes on without its command. */
  get goesOn(): boolean {
    return this.#pieces.end.goesOn
  }

  /** @param toClients nobody reads what this process says: they say it */
  notice(code: string, message: string, toClients: boolean): void {
    this.#pieces.standing.notice(code, message, toClients)
  }

  async serve(hello: Hello): Promise<SessionOutcome> {
    const { standing, reading, sources, own, publisher, orders, keeper } = this.#pieces
    standing.begin(hello)
    await reading.begin()
    sources.start(new SourceRecords(own, keeper))
    publisher.start(hello)
    await this.#untilOver()
    if (standing.isQuiet) return this.#finish.quietly()
    return orders.serves ? this.#finish.deliver() : this.#finish.leave()
  }

  /** Waits for the session's end: said, or its process gone, or ours. */
  async #untilOver(): Promise<void> {
    const { clock } = this.#parts.context
    const { standing, reading, publisher, orders, end } = this.#pieces
    let goneMs: number | undefined
    for (;;) {
      if (standing.isQuiet || !orders.serves || end.saidForAll) return
      if (end.life === 'gone') {
        const now = clock.monotonicMs()
        goneMs ??= now
        const waits = end.mayBeTold() && now - goneMs < commandEndMs
        if (!waits && end.writers.length === 0) return reading.readEnd()
      }
      standing.look(publisher.unstored)
      if (standing.isRefused) await reading.lookForEnd()
      else this.#keepHouse()
      await this.#news.wait(lookMs)
    }
  }

  /** Tells clients how far it is, and lets go of what nobody writes any more. */
  #keepHouse(): void {
    const { standing, publisher, folder, facts } = this.#pieces
    const { lifeOf } = this.#parts.process
    if (this.#markDue) standing.tell({ mark: publisher.marks })
    this.#markDue = false
    publisher.retire((one) => writerOf(one) !== undefined && !writes(folder, facts, one, lifeOf))
  }

  #note(event: PublishEvent | KeeperEvent): void {
    const { standing, publisher, reading, own, keeper, sources } = this.#pieces
    switch (event.kind) {
      case 'welcome':
        own.run = event.runId
        this.#parts.watch?.decide(event.watch === true)
        standing.note(event, publisher.marks)
        return keeper.begin(event.runId, event.runDir)
      case 'refused':
        keeper.stop()
        standing.note(event, publisher.marks)
        if (standing.isQuiet) void sources.stop()
        return this.#news.ring()
      case 'later':
      case 'settled':
        return standing.note(event, publisher.marks)
      case 'watch':
        return this.#parts.watch?.decide(event.granted)
      case 'packed':
        return reading.see(event.packed)
      case 'moved':
        this.#markDue = true
        return
      case 'offset':
        // It is this machine's, now: it says nothing of the clock by which a kept session was written.
        if (this.#parts.isLive) this.#offset.note(event)
        return
      case 'holds':
        return publisher.hold(event.stream, event.from)
      case 'damage':
      case 'oversized':
        own.record(problemFact(event, describeProblem(event)))
        return
      case 'unreadable':
        return this.#parts.told(describeProblem(event))
      case 'trouble':
        return this.#parts.told(event.message)
    }
  }

  #piecesOf(parts: SessionParts, news: Wake): Pieces {
    const { context, folder, facts, link, place, process, history, told } = parts
    const { clock, files, timing } = context
    const own = new OwnStream(clock, folder.streams, told)
    const listener = (event: PublishEvent | KeeperEvent): void => this.#note(event)
    const isWatching = (): boolean => parts.watch?.isOn === true
    const publisher = new Publisher({ clock, files, timing, link, folder, listener, isWatching })
    const keeper = new ArtifactKeeper({
      context,
      spool: folder,
      rank: place.rank,
      host: os.hostname(),
      writer: own,
      once: new AskedOnce(askedFolderOf(path.dirname(treeOf(folder))), clock, facts.hostId),
      listener,
    })
    const end = new ProcessEnd({ clock, facts, folder, process, news })
    return {
      facts,
      folder,
      own,
      publisher,
      keeper,
      end,
      sources: new EventSources(parts.sources),
      standing: new Standing({ context, folder, link, silent: facts.silent === true, told }),
      reading: new Reading({ context, folder, facts, history, keeper, isLive: parts.isLive, end, told }),
      orders: new Orders(),
    }
  }
}
