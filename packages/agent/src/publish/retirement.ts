import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import type { StreamLedger } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import { readLedger } from '../spool/ledger.ts'
import type { Outgoing } from './conversation.ts'
import type { Lanes } from './lanes.ts'
import { retiredPrefix } from './retired-prefix.ts'

/** Streams told in one message. */
const toldAtOnceMax = 256

/**
 * Lets go of streams whose writer is gone: thousands of short-lived helpers must not leave thousands of folders, nor a
 * first call that looks at them all. Renamed, then told, then removed: whoever is killed in between says it again.
 */
export class Retirement {
  readonly #folder: SessionFolder
  readonly #lanes: Lanes
  readonly #outgoing: Pick<Outgoing, 'say'>
  /** Let go here, and not yet known to be so there. */
  readonly #untold = new Map<string, StreamLedger>()
  /** Looks that had begun when a stream's writer was first seen to be gone: it may have written after them. */
  readonly #gone = new Map<string, number>()

  constructor(folder: SessionFolder, lanes: Lanes, outgoing: Pick<Outgoing, 'say'>) {
    this.#folder = folder
    this.#lanes = lanes
    this.#outgoing = outgoing
    for (const name of namesIn(folder.streams)) {
      if (name.startsWith(retiredPrefix)) this.#take(name.slice(retiredPrefix.length))
    }
  }

  look(isGone: (stream: string) => boolean): void {
    let found = false
    for (const lane of this.#lanes.all) {
      const { id } = lane.reader
      if (!lane.spent || !isGone(id)) continue
      const begun = this.#gone.get(id)
      if (begun === undefined) {
        this.#gone.set(id, lane.looksBegun)
        lane.tail.hurry()
        continue
      }
      if (!lane.hasLookedSince(begun)) continue
      const ledger = readLedger(this.#folder, id)
      // What it wrote after the last look is still to be read.
      if (ledger !== undefined && ledger.next > lane.acknowledged) continue
      fs.renameSync(path.join(this.#folder.streams, id), path.join(this.#folder.streams, retiredPrefix + id))
      this.#lanes.drop(id)
      this.#gone.delete(id)
      this.#take(id, lane.acknowledged)
      found = true
    }
    if (found) this.again()
  }

  /** Says what is not known to be heard. */
  again(): void {
    if (this.#untold.size === 0) return
    const ledger = Object.fromEntries([...this.#untold].slice(0, toldAtOnceMax))
    this.#outgoing.say({ kind: 'retired', session: this.#folder.id, ledger })
  }

  /** Whether all that was let go is known to be so. */
  get isTold(): boolean {
    return this.#untold.size === 0
  }

  /** The aggregator knows that these are over when it names them. @returns whether it names any */
  acknowledged(next: Readonly<Record<string, number>>): boolean {
    let some = false
    for (const stream of Object.keys(next)) {
      if (!this.#untold.delete(stream)) continue
      fs.rmSync(path.join(this.#folder.streams, retiredPrefix + stream), { recursive: true, force: true })
      fs.rmSync(path.join(this.#folder.ledgers, stream), { force: true })
      some = true
    }
    if (some) this.again()
    return some
  }

  #take(stream: string, acknowledged = 0): void {
    const found = readLedger(this.#folder, stream)
    this.#untold.set(stream, { next: Math.max(acknowledged, found?.next ?? 0), drops: found?.drops ?? {} })
  }
}
