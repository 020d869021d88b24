import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAgent } from '@provloom/agent/process'
import { systemFiles, removeFolder } from '@provloom/shared'
import type { Files, OpenFile } from '@provloom/shared'
import { describeOnSmallDisk, smallDisk } from '../support/small-disk.ts'
import { readProgress } from './chaos/known.ts'
import { oneJob } from './chaos/one-job.ts'
import type { OneJob } from './chaos/one-job.ts'
import { compare } from './chaos/oracle.ts'
import type { Verdict } from './chaos/oracle.ts'
import { repository, sleep } from './chaos/place.ts'

const shape = { series: 2, payload: 16, together: 2 }

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'disk-fault-'))
  onTestFinished(() => removeFolder(made))
  return made
}

function judge({ known, found }: OneJob): Verdict {
  return compare(known, found, shape.series, shape.payload)
}

async function untilReturned(progress: string, calls: number): Promise<void> {
  while ((readProgress(progress)[0]?.returned ?? 0) < calls) await sleep(2)
}

interface Ledger {
  readonly Sent: number
  readonly Stored: number
  readonly Dropped: number
  /** Of the dropped ones those that no call of the script made: facts that the agent says itself. */
  readonly ofAgent: number
}

/** What the document says of a rank's events. */
function ledgerOf({ found }: OneJob, rank: number): Ledger {
  const told = Object.values(found.document['activity']!).find((one) => one['provloom:globalRank'] === rank)!
  const count = (word: string): number => Number(told[`provloom:events${word}`])
  const ofAgent = Number(/agent-disk (\d+)/.exec(JSON.stringify(told['provloom:droppedBy']) ?? '')?.[1] ?? 0)
  return { Sent: count('Sent'), Stored: count('Stored'), Dropped: count('Dropped'), ofAgent }
}

describeOnSmallDisk('a rank whose disk', () => {
  it('is full for a while goes on, drops what it must, and tells how much', async () => {
    const disk = smallDisk(4096)
    const calls = 30_000
    const job = await oneJob({
      ...shape,
      folder: folder(),
      ranks: 1,
      calls,
      spoolRoot: path.join(disk.root, 'spools'),
      async meanwhile(_rank, _pid, progress) {
        await untilReturned(progress, 2_000)
        disk.fill()
        await untilReturned(progress, 15_000)
        disk.free()
        await untilReturned(progress, 16_000)
      },
    })
    expect(job.outcomes).toMatchObject([{ kind: 'exited', code: 0 }])
    const verdict = judge(job)
    const { Sent, Stored, Dropped, ofAgent } = ledgerOf(job, 0)
    expect(verdict).toMatchObject({ duplicated: 0, outOfOrder: 0 })
    expect(verdict.inGraph + verdict.lost).toBe(calls)
    expect(verdict.lost).toBeGreaterThan(0)
    expect(Dropped - ofAgent).toBe(verdict.lost)
    expect(Sent).toBe(Stored + Dropped)
  }, 120_000)

  it('is read-only runs its command as if nothing were', async () => {
    const disk = smallDisk(64, true)
    const told: string[] = []
    const agent = createAgent({
      mode: { kind: 'command', argv: ['python3', '-c', 'import provloom, sys; sys.exit(7)'] },
      environment: { PATH: process.env['PATH'], TMPDIR: folder() },
      pythonPath: path.join(repository, 'clients/python'),
      spoolRoot: path.join(disk.root, 'spools'),
      say: (line) => told.push(line),
    })
    await agent.start()
    expect(await agent.done).toMatchObject({ kind: 'exited', code: 7, delivery: { kind: 'kept' } })
    expect(told[0]).toMatch(/; spools are in /)
  }, 120_000)
})

describeOnSmallDisk('an aggregator whose disk', () => {
  it('is full for a while acknowledges nothing meanwhile, and loses nothing', async () => {
    const disk = smallDisk(8192)
    const calls = 20_000
    const job = await oneJob({
      ...shape,
      folder: folder(),
      ranks: 2,
      calls,
      saveDir: path.join(disk.root, 'prov'),
      async meanwhile(rank, _pid, progress) {
        if (rank !== 0) return
        await untilReturned(progress, 2_000)
        disk.fill()
        await untilReturned(progress, calls)
        await sleep(200)
        disk.free()
      },
    })
    expect(judge(job).problems).toEqual([])
    expect(judge(job)).toMatchObject({ sent: 2 * calls, inGraph: 2 * calls, documentValid: true })
  }, 120_000)
})

describe('an aggregator whose journal', () => {
  it('takes 200 ms for each sync keeps everything, and its ranks are not held up', async () => {
    const began = performance.now()
    let ended = 0
    const job = await oneJob({
      ...shape,
      folder: folder(),
      ranks: 2,
      calls: 1_000,
      aggregatorFiles: syncing(async (sync) => {
        await sleep(200)
        await sync()
      }),
      async meanwhile(_rank, _pid, progress) {
        await untilReturned(progress, 1_000)
        ended = Math.max(ended, performance.now() - began)
      },
    })
    expect(judge(job).problems).toEqual([])
    expect(judge(job).inGraph).toBe(2_000)
    expect(ended).toBeLessThan(60_000)
  }, 120_000)

  it('cannot be synced for a while (EIO) takes everything when it can again', async () => {
    let failures = 6
    const job = await oneJob({
      ...shape,
      folder: folder(),
      ranks: 2,
      calls: 3_000,
      aggregatorFiles: syncing(async (sync, file) => {
        if (file.endsWith('.seg') && written++ > 3 && failures-- > 0)
          throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
        await sync()
      }),
    })
    expect(failures).toBeLessThan(0)
    expect(judge(job).problems).toEqual([])
    expect(judge(job).inGraph).toBe(6_000)
  }, 120_000)
  let written = 0
})

/** The system's files with another sync. */
function syncing(sync: (real: () => Promise<void>, file: string) => Promise<void>): Files {
  const files = systemFiles()
  return {
    ...files,
    open(file, mode): OpenFile {
      const open = files.open(file, mode)
      return { ...open, sync: () => sync(() => open.sync(), file) }
    },
  }
}
