import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { limits } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetricStore } from '../../src/metrics/store.ts'
import type { StoreSeams } from '../../src/metrics/store.ts'
import type { MetricStore, MetricStoreOptions } from '../../src/metrics/metric-store.ts'
import { FullDisk } from '../support/full-disk.ts'
import { bitsOf, give, partFiles, readFolder, records, sealAll, series, tellParts } from './rows.ts'
import type { Row } from './rows.ts'

let home: string
let folder: string
let nowMs = 0

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-metrics-'))
  folder = path.join(home, 'metrics')
  nowMs = 0
})
afterEach(() => fs.rmSync(home, { recursive: true }))

function open(seams: StoreSeams & Pick<MetricStoreOptions, 'files' | 'saved'> = {}): MetricStore {
  return createMetricStore({ folder, curves: path.join(home, 'curves'), monotonicMs: () => nowMs, ...seams })
}

function rows(count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    series: i % 2,
    step: BigInt(from + i),
    time: 1_767_600_000_000_000n + BigInt(from + i) * 1000n,
    bits: bitsOf((from + i) / 7),
  }))
}

const declared = [series(0, 'loss', 'TRAINING'), series(1, 'cpu', undefined, 'system')]

describe('a metric store', () => {
  it('writes every row with its series, in the columns that readers rely on', async () => {
    const store = open()
    give(store, 0, records(3, declared, rows(4)))
    await sealAll(store)
    const found = await readFolder(folder)
    const cells = found.map((row) => [
      row['rank'],
      row['attempt'],
      row['context'] ?? null,
      row['source'] ?? null,
      row['key'],
      row['step'],
    ])
    expect(cells).toEqual([
      [3, 0, null, 'system', 'cpu', 1n],
      [3, 0, null, 'system', 'cpu', 3n],
      [3, 0, 'TRAINING', null, 'loss', 0n],
      [3, 0, 'TRAINING', null, 'loss', 2n],
    ])
  })

  it('keeps every bit of every value', async () => {
    const odd = [
      bitsOf(-0),
      bitsOf(0),
      bitsOf(NaN),
      -0x0007_ffff_ffff_ffffn,
      0x7ff8_0000_0000_1234n,
      bitsOf(Infinity),
      bitsOf(-Infinity),
      bitsOf(5e-324),
      bitsOf(Number.MAX_VALUE),
      bitsOf(0.1 + 0.2),
    ]
    const store = open()
    const told = odd.map((bits, i) => ({ series: 0, step: BigInt(i), time: 0n, bits }))
    give(store, 0, records(0, [series(0, 'x')], told))
    await sealAll(store)
    expect((await readFolder(folder)).map(({ value }) => value)).toEqual(odd)
  })

  it('keeps steps and times of 64 bits', async () => {
    const store = open()
    const steps = [-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n, 2n ** 53n + 1n]
    give(
      store,
      0,
      records(
        0,
        [series(0, 'x')],
        steps.map((step) => ({ series: 0, step, time: 5_000n, bits: 0n })),
      ),
    )
    await sealAll(store)
    expect((await readFolder(folder)).map(({ step }) => step)).toEqual(steps)
  })

  it('tells each part with its rows, bytes and checksum', async () => {
    const store = open()
    give(store, 0, records(0, declared, rows(10)))
    const { parts, through } = await store.seal()
    tellParts(store, parts, through)
    const bytes = fs.readFileSync(path.join(home, parts[0]!.file))
    expect(parts).toEqual([
      {
        file: 'metrics/part-000000000000.parquet',
        rows: 10,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    ])
  })

  it('shows no reader a part that the journal has not named', async () => {
    const store = open()
    give(store, 0, records(0, declared, rows(10)))
    const { parts, through } = await store.seal()
    expect(partFiles(folder)).toEqual([])
    tellParts(store, parts, through)
    expect(partFiles(folder)).toHaveLength(1)
  })

  it('is due by rows, and by age', () => {
    const store = open({ partRowsMax: 10 })
    give(store, 0, records(0, declared, rows(9)))
    expect(store.due()).toBe(false)
    nowMs += limits.partAgeMsMin
    expect(store.due()).toBe(true)
    const full = open({ partRowsMax: 10 })
    give(full, 0, records(0, declared, rows(10)))
    expect(full.due()).toBe(true)
  })

  it('is due sooner at first', async () => {
    const store = open()
    const ages: number[] = []
    for (let lsn = 0; lsn < 8; lsn++) {
      give(store, lsn * 2, records(0, lsn === 0 ? declared : [], rows(10, lsn * 10)))
      const began = nowMs
      while (!store.due()) nowMs += 1_000
      ages.push(nowMs - began)
      await sealAll(store)
    }
    expect(ages[0]).toBe(limits.partAgeMsMin)
    expect(ages.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000])
    expect(ages.slice(5)).toEqual(Array.from({ length: 3 }, () => limits.partAgeMsMax))
  })

  it('grows a small part instead of writing many', async () => {
    const store = open({ headRowsMax: 25 })
    for (let lsn = 0; lsn < 6; lsn++) {
      give(store, lsn, records(0, lsn === 0 ? declared : [], rows(10, lsn * 10)))
      await sealAll(store)
    }
    expect(partFiles(folder)).toEqual(['part-000000000000.parquet', 'part-000000000003.parquet'])
    const steps = (await readFolder(folder)).map(({ step }) => Number(step)).sort((a, b) => a - b)
    expect(steps).toEqual(Array.from({ length: 60 }, (_, i) => i))
  })

  it('needs the journal no more for a part that is large, or that shall grow no more', async () => {
    const store = open({ headRowsMax: 10 })
    give(store, 3, records(0, declared, rows(6)))
    const small = await store.seal()
    tellParts(store, small.parts, small.through)
    expect(small.replayFrom).toBe(3)
    give(store, 4, records(0, [], rows(6)))
    const large = await store.seal()
    tellParts(store, large.parts, large.through)
    expect(large.replayFrom).toBe(5)
    give(store, 5, records(0, [], rows(2)))
    store.settle()
    const settled = await store.seal()
    tellParts(store, settled.parts, settled.through)
    expect(settled.replayFrom).toBe(6)
    give(store, 6, records(0, [], rows(2)))
    await sealAll(store)
    expect(partFiles(folder)).toHaveLength(3)
  })

  it('seals no more rows at once than make two parts', async () => {
    const store = open({ partRowsMax: 10, headRowsMax: 1 })
    for (let lsn = 0; lsn < 9; lsn++)
      give(store, lsn, records(0, lsn === 0 ? declared : [], rows(5, lsn * 5)))
    const { parts, through } = await store.seal()
    tellParts(store, parts, through)
    expect(parts.map((part) => part.rows)).toEqual([20])
    expect(through).toBe(3)
    expect(store.due()).toBe(true)
    await sealAll(store)
    await sealAll(store)
    expect(store.pendingBytes).toBe(0)
    const steps = (await readFolder(folder)).map(({ step }) => Number(step)).sort((a, b) => a - b)
    expect(steps).toEqual(Array.from({ length: 45 }, (_, i) => i))
  })

  it('keeps rows that come while it seals for the next part', async () => {
    const store = open()
    give(store, 0, records(0, declared, rows(10)))
    const sealing = store.seal()
    give(store, 1, records(0, [], rows(5, 10)))
    const { parts, through } = await sealing
    tellParts(store, parts, through)
    expect(through).toBe(0)
    expect(store.pendingBytes).toBe(5 * 28)
    await sealAll(store)
    expect(await readFolder(folder)).toHaveLength(15)
  })

  it('drops points of series that were never declared', async () => {
    const store = open()
    give(store, 0, records(0, [series(0, 'loss')], rows(4)))
    await sealAll(store)
    expect(await readFolder(folder)).toHaveLength(2)
  })

  it('has nothing to write when nothing was logged', async () => {
    expect(await open().seal()).toMatchObject({ parts: [], through: -1 })
  })
})

describe('a metric store after a crash', () => {
  it('writes rows of a part that the journal never named again, once', async () => {
    const before = open()
    give(before, 0, records(0, declared, rows(10)))
    await before.seal()
    const after = open()
    give(after, 0, records(0, declared, rows(10)))
    give(after, 1, records(0, [], rows(5, 10)))
    await sealAll(after)
    expect(await readFolder(folder)).toHaveLength(15)
    expect(fs.readdirSync(folder)).toEqual(['part-000000000000.parquet'])
  })

  it('publishes a part that the journal names and the crash left staged', async () => {
    const before = open()
    give(before, 0, records(0, declared, rows(10)))
    const { parts, through } = await before.seal()
    const after = open()
    give(after, 0, records(0, declared, rows(10)))
    tellParts(after, parts, through)
    expect(after.pendingBytes).toBe(0)
    expect(await readFolder(folder)).toHaveLength(10)
  })

  it('goes on from what it saved, with the series it knew', async () => {
    const before = open()
    give(before, 0, records(0, declared, rows(10)))
    const saved = await before.seal()
    const { parts, through } = saved
    tellParts(before, parts, through)
    const after = open({ saved })
    give(after, 1, records(0, [], rows(10, 10)))
    await sealAll(after)
    const found = await readFolder(folder)
    expect(found).toHaveLength(20)
    expect(found.filter(({ key }) => key === 'loss')).toHaveLength(10)
    expect(partFiles(folder)).toHaveLength(2)
  })

  it('keeps parts that a later entry of the journal names, while an earlier one is replayed', async () => {
    const before = open({ headRowsMax: 1 })
    give(before, 0, records(0, declared, rows(10)))
    const first = await before.seal()
    tellParts(before, first.parts, first.through)
    give(before, 1, records(0, [], rows(10, 10)))
    const second = await before.seal()
    tellParts(before, second.parts, second.through)
    const after = open({ saved: first })
    give(after, 1, records(0, [], rows(10, 10)))
    tellParts(after, second.parts, second.through)
    expect(await readFolder(folder)).toHaveLength(20)
    expect(after.pendingBytes).toBe(0)
  })

  it('grows the small part on when the journal gives its rows again', async () => {
    const before = open()
    give(before, 0, records(0, declared, rows(10)))
    await sealAll(before)
    give(before, 1, records(0, [], rows(10, 10)))
    const saved = await before.seal()
    const { parts, through, replayFrom } = saved
    tellParts(before, parts, through)
    expect(replayFrom).toBe(0)
    const after = open({ saved })
    give(after, 0, records(0, declared, rows(10)))
    tellParts(after, [{ ...parts[0]!, rows: 10 }], 0 as Lsn)
    give(after, 1, records(0, [], rows(10, 10)))
    tellParts(after, parts, through)
    expect(after.pendingBytes).toBe(0)
    give(after, 2, records(0, [], rows(10, 20)))
    await sealAll(after)
    expect(partFiles(folder)).toEqual(['part-000000000000.parquet'])
    const steps = (await readFolder(folder)).map(({ step }) => Number(step)).sort((a, b) => a - b)
    expect(steps).toEqual(Array.from({ length: 30 }, (_, i) => i))
  })

  it('takes points that came before their declaration for unknown again', async () => {
    const before = open()
    give(before, 0, records(0, [declared[0]!], rows(4)))
    give(before, 1, records(0, [declared[1]!], rows(4, 4)))
    const saved = await before.seal()
    const { parts, through } = saved
    tellParts(before, parts, through)
    const after = open({ saved })
    give(after, 0, records(0, [declared[0]!], rows(4)))
    give(after, 1, records(0, [declared[1]!], rows(4, 4)))
    give(after, 2, records(0, [], rows(2, 8)))
    await sealAll(after)
    expect(partFiles(folder)).toHaveLength(1)
    expect(await readFolder(folder)).toHaveLength(8)
  })
})

describe('a metric store on a full disk', () => {
  it('keeps its rows and writes them when there is room', async () => {
    const files = new FullDisk()
    const store = open({ files })
    give(store, 0, records(0, declared, rows(10)))
    files.full = true
    await expect(store.seal()).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(store.pendingBytes).toBe(10 * 28)
    files.full = false
    await sealAll(store)
    expect(await readFolder(folder)).toHaveLength(10)
  })
})
