import { describe, expect, it } from 'vitest'
import { SegmentLog } from '@provloom/shared'
import type { CommitMarks } from '@provloom/shared'
import { effort, seeds } from '../support/effort.ts'
import { orderProblem, readAll } from '../support/log-records.ts'
import { powerLossDisk } from '../support/power-loss-files.ts'
import type { Frozen, PowerLossDisk, Survival } from '../support/power-loss-files.ts'
import { randomFrom } from '../support/random.ts'
import type { Random } from '../support/random.ts'
import { UnsyncedLog } from '../support/unsynced-log.ts'

const folder = '/runs/digits_0/journal'
const segmentBytesMax = 400

/** Texts begin with `+`; in one commit with the record before it, with `-`. */
const marks: CommitMarks = {
  follow: ([head, ...rest]) => [Buffer.from(`-${Buffer.from(head!).toString().slice(1)}`), ...rest],
  follows: (payload) => payload[0] === 0x2d,
}

/** What was said, whatever its place in its commit. */
function plain(text: string): string {
  return text.slice(1)
}

/** An instant at which the power may fail, and how much had been promised by then. */
interface Crash {
  readonly doing: string
  readonly frozen: Frozen
  readonly promised: number
  readonly droppedBefore: number
}

/** One process that writes a log, and what it was promised. */
class Life {
  readonly crashes: Crash[] = []
  /** What was handed over, by number. */
  readonly texts: Map<number, string>
  /** Numbers that must be found from now on, in the order of the promises. */
  readonly promises: number[]
  readonly #disk: PowerLossDisk
  readonly #random: Random
  /** Found when the log was opened: promised with the first acknowledgement after it. */
  #found: number[] = []
  #droppedBefore: number
  #next = 0

  /** @param before what was handed over in a former life: what was dropped of it may be back */
  constructor(
    disk: PowerLossDisk,
    random: Random,
    due: ReadonlyMap<number, string>,
    droppedBefore: number,
    before: ReadonlyMap<number, string> = new Map(),
  ) {
    this.#disk = disk
    this.#random = random
    this.texts = new Map([...before, ...due])
    this.promises = [...due.keys()]
    this.#droppedBefore = droppedBefore
    disk.onBoundary = (doing) => {
      const promised = this.promises.length
      this.crashes.push({ doing, frozen: disk.freeze(), promised, droppedBefore: this.#droppedBefore })
    }
  }

  /** A journal's life: commits of one or some records, drops, restarts without a power loss. */
  async journal(steps: number): Promise<void> {
    let log = await this.#open()
    for (let step = 0; step < steps; step++) {
      const what = this.#random.below(10)
      if (what === 0) {
        log.close()
        log = await this.#open()
      } else if (what === 1) this.#drop(log)
      else await this.#commit(log)
    }
    log.close()
  }

  /** A spool's life: no record is synced. */
  async spool(steps: number): Promise<void> {
    const released = await this.#open()
    const log = new UnsyncedLog(folder, this.#disk.files, segmentBytesMax)
    for (let step = 0; step < steps; step++) {
      if (this.#random.chance(0.1)) this.#drop(released, log.next)
      const text = this.#submit()
      this.promises.push(log.append(Buffer.from(text)))
    }
    log.close()
  }

  async #open(): Promise<SegmentLog> {
    const log = new SegmentLog({ files: this.#disk.files, folder, segmentBytesMax, marks })
    const { records } = await readAll(log.read(0))
    for (const [number, text] of records) this.texts.set(number, text)
    this.#found = records.map(([number]) => number)
    this.#next = log.next
    return log
  }

  /** As the aggregator does: only what it has synced and acknowledged. */
  #drop(log: SegmentLog, next = log.next): void {
    const number = this.#random.below(next + 1)
    this.#droppedBefore = Math.max(this.#droppedBefore, number)
    log.dropBefore(number)
  }

  async #commit(log: SegmentLog): Promise<void> {
    const texts = Array.from({ length: 1 + this.#random.below(10) }, () => this.#submit())
    const first = await log.commit(
      texts.map((text) => [Buffer.from(text.slice(0, 3)), Buffer.from(text.slice(3))]),
    )
    this.promises.push(...this.#found.splice(0))
    for (const [k, text] of texts.entries()) {
      if (this.texts.get(first + k) !== text) throw new Error(`${text} is given number ${first + k}`)
      this.promises.push(first + k)
    }
  }

  #submit(): string {
    const number = this.#next++
    const padding = 'x'.repeat(this.#random.chance(0.1) ? 300 : this.#random.below(60))
    const text = `+${number}/${this.#random.below(1e9)}/${padding}`
    this.texts.set(number, text)
    return text
  }
}

/** What must be found after a crash: the texts by number. */
function dueAt(life: Life, crash: Crash): Map<number, string> {
  const due = new Map<number, string>()
  for (const number of life.promises.slice(0, crash.promised)) {
    if (number >= crash.droppedBefore) due.set(number, life.texts.get(number)!)
  }
  return due
}

/** Opens what the power left and goes on; returns what differs from what was promised. */
async function problemAfter(
  disk: PowerLossDisk,
  life: Life,
  due: ReadonlyMap<number, string>,
  droppedBefore: number,
  synced: boolean,
): Promise<string | undefined> {
  const log = new SegmentLog({ files: disk.files, folder, segmentBytesMax, ...(synced ? { marks } : {}) })
  const first = log.first
  const next = log.next
  const back = await readAll(log.read(first))
  const disorder = orderProblem(back, first)
  if (disorder !== undefined) return disorder
  // A hole in what was synced would be damage, and there is none here: one in the last commit is cut with what follows.
  const hole = synced && back.damage.find(({ lost }) => lost > 0)
  const dense = back.records.filter(([number]) => number >= droppedBefore)
  if (hole && dense.some(([number], i) => i > 0 && number !== dense[i - 1]![0] + 1))
    return `a gap is accepted at byte ${hole.offset} of ${hole.file}`
  const found = new Map(back.records)
  for (const [number, text] of found)
    if (plain(text) !== plain(life.texts.get(number) ?? '')) return `record ${number} reads ${text}`
  for (const [number, text] of due)
    if (plain(found.get(number) ?? '') !== plain(text)) return `record ${number} is not there`
  const highest = Math.max(back.records.at(-1)?.[0] ?? -1, ...due.keys())
  if (next <= highest) return `${next} comes next, ${highest} was there`
  if ((await log.commit([[Buffer.from('+and on')]])) !== next) return `${next} is not given next`
  const [after] = (await readAll(log.read(next))).records
  log.close()
  return after?.[0] === next && after[1] === '+and on' ? undefined : 'what is appended afterwards is not read'
}

async function tryAll(
  life: Life,
  survivals: readonly Survival[],
  random: Random,
  synced: boolean,
): Promise<number> {
  let tried = 0
  for (const crash of life.crashes) {
    const promised = dueAt(life, crash)
    for (const survival of survivals) {
      const due = synced || survival === 'killed' ? promised : new Map<number, string>()
      const problem = await problemAfter(
        crash.frozen.crash(survival, random),
        life,
        due,
        crash.droppedBefore,
        synced,
      )
      if (problem !== undefined) throw new Error(`power lost (${survival}) ${crash.doing}: ${problem}`)
      tried++
    }
  }
  return tried
}

const lossy: readonly Survival[] = ['synced', 'prefix', 'pages', 'killed']

describe('a journal that loses its power at any write boundary', () => {
  it('holds everything that was acknowledged, once and in order', async () => {
    let tried = 0
    for (const seed of seeds(2)) {
      const random = randomFrom(seed)
      const life = new Life(powerLossDisk(['/runs']), random, new Map(), 0)
      await life.journal(14)
      tried += await tryAll(life, lossy, random, true)
    }
    console.log(`crash points of a journal: ${tried}`)
    expect(tried).toBeGreaterThan(4_000 * effort)
  })

  it('holds it also when the power fails again after the restart', async () => {
    let tried = 0
    for (const seed of seeds(4)) {
      const random = randomFrom(1000 + seed)
      const first = new Life(powerLossDisk(['/runs']), random, new Map(), 0)
      await first.journal(12)
      for (const crash of first.crashes.filter(() => random.chance(0.004))) {
        const disk = crash.frozen.crash(random.pick(lossy), random)
        const second = new Life(disk, random, dueAt(first, crash), crash.droppedBefore, first.texts)
        await second.journal(3)
        tried += await tryAll(second, lossy, random, true)
      }
    }
    console.log(`crash points of a journal, second power loss: ${tried}`)
    expect(tried).toBeGreaterThan(500 * effort)
  })
})

describe('a spool whose machine loses its power', () => {
  it('can be opened, and gives nothing wrong and nothing twice', async () => {
    let tried = 0
    for (const seed of seeds(3)) {
      const random = randomFrom(2000 + seed)
      const life = new Life(powerLossDisk(['/runs']), random, new Map(), 0)
      await life.spool(60)
      tried += await tryAll(life, ['synced', 'prefix', 'pages'], random, false)
    }
    console.log(`crash points of a spool, power lost: ${tried}`)
    expect(tried).toBeGreaterThan(2_000 * effort)
  })

  it('holds every record whose append returned when only its processes are killed', async () => {
    let tried = 0
    for (const seed of seeds(3)) {
      const random = randomFrom(3000 + seed)
      const life = new Life(powerLossDisk(['/runs']), random, new Map(), 0)
      await life.spool(60)
      tried += await tryAll(life, ['killed'], random, false)
    }
    console.log(`crash points of a spool, processes killed: ${tried}`)
    expect(tried).toBeGreaterThan(500 * effort)
  })
})
