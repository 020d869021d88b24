import fs from 'node:fs'
import { LogCursor, lsn, noPoints, payloadAt, systemFiles } from '@provloom/shared'
import type { Chunk } from '@provloom/shared'
import { decodeRecord, recordsOf } from '../entry/codec.ts'
import type { ControlEntry } from '../entry/codec.ts'
import type { Records } from '../entry/entry.ts'
import { filesOf } from '../layout.ts'
import { SeriesTable } from '../series/series-table.ts'
import type { MetricName, SeriesRow } from '../series/series-table.ts'
import { readStore } from '../series/store-file.ts'

/** Entries of which it is known what they touched; of those before only that they were. */
const looksKeptMax = 256

/** Where a metric has other points than before, in steps and from when on in microseconds since the Unix epoch. */
export interface Touched {
  readonly metric: MetricName
  readonly firstStep: number
  readonly lastStep: number
  readonly firstTime: number
}

/** By series: of a large run there are a hundred thousand points a second. */
type TouchedRows = Map<SeriesRow, { firstStep: number; lastStep: number; firstTime: number }>

/** What came into a journal behind one entry. */
export interface JournalNews {
  /** The last entry that is in it. */
  readonly position: number
  /** False where some of it is not known any more: anything may have changed. */
  readonly complete: boolean
  readonly touched: readonly Touched[]
  readonly entries: readonly ControlEntry[]
  /** Without their points. */
  readonly records: readonly Omit<Records, 'points'>[]
}

interface Look extends JournalNews {
  readonly after: number
}

/**
 * Follows the journal of a run that is being written: each entry is read once, however often it is asked what is new. Entries
 * that are written and not yet synced are told too.
 */
export class JournalTail {
  readonly #runDir: string
  #cursor: LogCursor | undefined
  #table = new SeriesTable()
  #position = -1
  readonly #looks: Look[] = []
  #turn: Promise<unknown> = Promise.resolve()

  constructor(runDir: string) {
    this.#runDir = runDir
  }

  /** What has come behind an entry. Without a journal there is nothing, and nothing is known. */
  async since(position: number): Promise<JournalNews> {
    const look = this.#turn.then(() => this.#look())
    this.#turn = look.catch(() => {})
    await look
    const looks = this.#looks.filter((one) => one.position > position)
    const [first] = looks
    const known = position >= this.#position || (first !== undefined && first.after <= position)
    return {
      position: this.#position,
      complete: known && looks.every(({ complete }) => complete),
      touched: together(looks.flatMap(({ touched }) => touched)),
      entries: looks.flatMap(({ entries }) => entries),
      records: looks.flatMap(({ records }) => records),
    }
  }

  /** Forgets the file that it has open. */
  close(): void {
    this.#cursor?.close()
    this.#cursor = undefined
  }

  async #look(): Promise<void> {
    const after = this.#position
    const touched: TouchedRows = new Map()
    const entries: ControlEntry[] = []
    const records: Omit<Records, 'points'>[] = []
    let complete = true
    try {
      this.#cursor ??= this.#begin()
      for (let chunk = await this.#cursor?.next(); chunk !== undefined; chunk = await this.#cursor?.next()) {
        if (chunk.damage.length > 0) complete = false
        this.#take(chunk, touched, entries, records)
        this.#position = chunk.first + chunk.count - 1
      }
    } catch {
      // Its writer removed some of it meanwhile, or nobody may read it: the next look begins anew.
      this.close()
      complete = false
    }
    if (this.#position === after && complete) return
    this.#looks.push({
      after,
      position: this.#position,
      complete,
      touched: together(
        [...touched].map(([{ context, source, key }, one]) => ({ ...one, metric: { context, source, key } })),
      ),
      entries,
      records,
    })
    if (this.#looks.length > looksKeptMax) this.#looks.shift()
  }

  /** Behind what the parts hold: what series ids mean is known from there on. */
  #begin(): LogCursor | undefined {
    const files = filesOf(this.#runDir)
    if (!fs.existsSync(files.journal)) return undefined
    const store = readStore(files.store)
    const known = store.kind === 'read' ? store.content : undefined
    this.#table = new SeriesTable(known?.series)
    return new LogCursor(systemFiles(), files.journal, (known?.through ?? -1) + 1)
  }

  #take(
    chunk: Chunk,
    touched: TouchedRows,
    entries: ControlEntry[],
    records: Omit<Records, 'points'>[],
  ): void {
    for (let k = 0; k < chunk.count; k++) {
      const look = decodeRecord(payloadAt(chunk, k))
      if (look.kind === 'control') entries.push(look.entry)
      if (look.kind !== 'envelope') continue
      const { points, ...entry } = recordsOf(look.envelope)
      const ids = this.#table.declare(lsn(chunk.first + k), { ...entry, points })
      if (entry.events.length > 0) records.push(entry)
      if (points === noPoints) continue
      for (let row = 0; row < points.count; row++) {
        const at = ids.get(points.series[row]!)
        if (at < 0) continue
        const [step, time] = [Number(points.step[row]), Number(points.time[row])]
        const series = this.#table.rows[at]!
        const known = touched.get(series)
        if (known === undefined) touched.set(series, { firstStep: step, lastStep: step, firstTime: time })
        else {
          if (step < known.firstStep) known.firstStep = step
          if (step > known.lastStep) known.lastStep = step
          if (time < known.firstTime) known.firstTime = time
        }
      }
    }
  }
}

function together(all: readonly Touched[]): Touched[] {
  const found = new Map<string, Touched>()
  for (const one of all) {
    const id = JSON.stringify([one.metric.context, one.metric.source, one.metric.key])
    const known = found.get(id) ?? one
    found.set(id, {
      metric: one.metric,
      firstStep: Math.min(known.firstStep, one.firstStep),
      lastStep: Math.max(known.lastStep, one.lastStep),
      firstTime: Math.min(known.firstTime, one.firstTime),
    })
  }
  return [...found.values()]
}
