import fs from 'node:fs'
import path from 'node:path'
import { decodeEvent } from '@provloom/shared'
import type { Dataset, SessionEnd } from '@provloom/shared'
import type { ArtifactKeeper } from '../artifact/keeper.ts'
import type { Context } from '../context.ts'
import type { Origin } from '../source/event-source.ts'
import type { Packed } from '../spool/stream-reader.ts'
import { Amiss } from './amiss.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import { lookForOwn, readHistory } from './history.ts'
import type { History } from './history.ts'
import type { ProcessEnd } from './process-end.ts'
import { hasSaidEnd, writerOf } from './writers.ts'

export interface ReadingParts {
  readonly context: Pick<Context, 'files'>
  readonly folder: SessionFolder
  readonly facts: SessionFacts
  /** What another agent of the session left; read when absent. */
  readonly history: History | undefined
  readonly keeper: ArtifactKeeper
  readonly isLive: boolean
  readonly end: ProcessEnd
  /** A person should know. */
  readonly told: (message: string) => void
}

/** The few records of a session that its agent acts on itself: its end, logged files, and what is amiss. */
export class Reading {
  readonly #parts: ReadingParts
  readonly #amiss = new Amiss()
  #history: History | undefined

  constructor(parts: ReadingParts) {
    this.#parts = parts
  }

  /** What an agent before this one has done of it. */
  async begin(): Promise<void> {
    const { history, keeper } = this.#parts
    const found = history ?? (await this.again())
    this.#history = found
    this.#hear(found.sessionEnd)
    for (const one of found.stored) keeper.done(one)
    for (const one of found.artifacts) keeper.keep(one.artifact, one)
    for (const one of found.datasets) this.#readDataset(one.dataset, one)
  }

  /** When it was served first, before this agent. */
  get history(): History | undefined {
    return this.#history
  }

  /** All that is there now. */
  again(): Promise<History> {
    const { context, folder } = this.#parts
    return readHistory(context.files, folder)
  }

  /** Records that are sent now. */
  see(packed: Packed): void {
    const { facts, keeper, told } = this.#parts
    for (const [i, payload] of packed.events.entries()) {
      const event = lookForOwn(payload)
      if (event === undefined) continue
      if (event.type === 'session.end' && writerOf(packed.stream) === facts.pid) this.#hear(event)
      for (const wrong of this.#amiss.note(event)) told(wrong)
      const origin = { stream: packed.stream, number: packed.first + packed.eventIndex[i]! }
      if (event.type === 'artifact') keeper.keep(event, origin)
      if (event.type === 'dataset') this.#readDataset(event, origin)
    }
  }

  /** What lies there now is what was logged while its session goes on: of one that is handed in nobody knows. */
  #readDataset(dataset: Dataset, origin: Origin): void {
    if (this.#parts.isLive) this.#parts.keeper.keepDataset(dataset, origin)
  }

  /** Where nothing is sent any more that its end would be seen in. */
  async lookForEnd(): Promise<void> {
    const { folder, facts, end } = this.#parts
    if (end.said === undefined && hasSaidEnd(folder, facts)) await this.readEnd()
  }

  /** What it said at its end may not have been sent yet. */
  async readEnd(): Promise<void> {
    if (this.#parts.end.said === undefined) this.#hear((await this.again()).sessionEnd)
  }

  /** One that is not collected leaves beside its streams what it says at its end (docs/spool-format.md). */
  readQuietEnd(): void {
    const { folder, end } = this.#parts
    if (end.said !== undefined) return
    try {
      const look = decodeEvent(fs.readFileSync(path.join(folder.root, 'end.json')))
      if (look.kind === 'event' && look.event.type === 'session.end') this.#hear(look.event)
    } catch {
      // It has said nothing, or could not.
    }
  }

  #hear(said: SessionEnd | undefined): void {
    if (said !== undefined) this.#parts.end.hear(said)
  }
}
