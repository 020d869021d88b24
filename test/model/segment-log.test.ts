import fs from 'node:fs'
import fc from 'fast-check'
import { it } from 'vitest'
import { LogCursor, SegmentLog } from '@provloom/shared'
import type { Files } from '@provloom/shared'
import { effort, seedOf } from '../support/effort.ts'
import { readAll } from '../support/log-records.ts'
import { powerLossDisk } from '../support/power-loss-files.ts'

/** Seeds tried each time; one that ever failed is added here and stays. */
const seeds = JSON.parse(fs.readFileSync(new URL('segment-log.seeds.json', import.meta.url), 'utf8')) as {
  readonly always: readonly number[]
  readonly failedOnce: readonly number[]
}

const folder = '/log'
const segmentBytesMax = 200

/** What a log is, without files: every record ever appended, and how many of them may be gone. */
interface Model {
  readonly records: string[]
  droppedBefore: number
  /** The record that the long-lived reader wants next. */
  readNext: number
}

interface Real {
  readonly files: Files
  log: SegmentLog
  reader: LogCursor
}

type Command = fc.AsyncCommand<Model, Real>

function same(actual: unknown, expected: unknown, doing: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${doing}: ${a}, not ${b}`)
}

class Commit implements Command {
  readonly texts: readonly string[]
  constructor(texts: readonly string[]) {
    this.texts = texts
  }
  check = (): boolean => true
  async run(model: Model, real: Real): Promise<void> {
    const parts = this.texts.map((text) => [Buffer.from(text.slice(0, 1)), Buffer.from(text.slice(1))])
    const first = model.records.length
    model.records.push(...this.texts)
    same(await real.log.commit(parts), first, 'number')
  }
  toString = (): string => `commit(${this.texts.length} records)`
}

class DropBefore implements Command {
  readonly share: number
  constructor(share: number) {
    this.share = share
  }
  check = (): boolean => true
  async run(model: Model, real: Real): Promise<void> {
    const number = Math.floor(this.share * (model.records.length + 2))
    real.log.dropBefore(number)
    model.droppedBefore = Math.max(model.droppedBefore, Math.min(number, model.records.length))
    if (real.log.first > model.droppedBefore) throw new Error(`${real.log.first} is the first that is left`)
  }
  toString = (): string => `dropBefore(${this.share})`
}

class Reopen implements Command {
  check = (): boolean => true
  async run(model: Model, real: Real): Promise<void> {
    real.log.close()
    real.log = new SegmentLog({ files: real.files, folder, segmentBytesMax })
    // An empty log may have forgotten its numbers only if it never had any.
    same(real.log.next, model.records.length, 'next after opening')
  }
  toString = (): string => 'reopen'
}

/** A reader that begins anywhere sees what is left from there, in order, and nothing before. */
class ReadFrom implements Command {
  readonly share: number
  constructor(share: number) {
    this.share = share
  }
  check = (): boolean => true
  async run(model: Model, real: Real): Promise<void> {
    const from = Math.floor(this.share * (model.records.length + 1))
    const begin = Math.max(from, real.log.first)
    const cursor = new LogCursor(real.files, folder, from)
    const { records, damage } = await readAll(cursor)
    same(
      records,
      model.records.slice(begin).map((text, i) => [begin + i, text]),
      `records from ${from}`,
    )
    same(
      damage.reduce((sum, one) => sum + one.lost, 0),
      records.length === 0 ? 0 : begin - from,
      'told as gone',
    )
    same(
      cursor.number,
      Math.max(from, records.length === 0 ? from : model.records.length),
      'next of the cursor',
    )
    cursor.close()
  }
  toString = (): string => `readFrom(${this.share})`
}

/** The one reader that goes on and on, as an agent's does. */
class ReadOn implements Command {
  check = (): boolean => true
  async run(model: Model, real: Real): Promise<void> {
    const { records } = await readAll(real.reader)
    const first = records[0]?.[0] ?? model.records.length
    // What was dropped before it came there is gone; an open segment can still be read.
    if (first < model.readNext || (first > model.readNext && model.readNext >= model.droppedBefore))
      throw new Error(`the reader goes on with ${first}, not ${model.readNext}`)
    same(
      records,
      model.records.slice(first).map((text, i) => [first + i, text]),
      'records read on',
    )
    model.readNext = model.records.length
  }
  toString = (): string => 'readOn'
}

const texts = fc.string({ minLength: 1, maxLength: 90, unit: 'grapheme-ascii' })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const commands = fc.commands(
  [
    fc.array(texts, { minLength: 1, maxLength: 6 }).map((many) => new Commit(many)),
    share.map((one) => new DropBefore(one)),
    fc.constant(new Reopen()),
    share.map((one) => new ReadFrom(one)),
    fc.constant(new ReadOn()),
  ],
  { maxCommands: 60 },
)

it.each([...seeds.always, ...seeds.failedOnce])(
  'a segment log is an array that survives (seed %i)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        await fc.asyncModelRun(() => {
          const { files } = powerLossDisk([folder])
          const log = new SegmentLog({ files, folder, segmentBytesMax })
          return {
            model: { records: [], droppedBefore: 0, readNext: 0 },
            real: { files, log, reader: new LogCursor(files, folder, 0) },
          }
        }, sequence)
      }),
      { seed: seedOf(seed), numRuns: 150 * effort },
    )
  },
)
