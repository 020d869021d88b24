import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { effort, firstSeed } from '../support/effort.ts'
import { randomFrom } from '../support/random.ts'
import { signal, sleep } from './chaos/place.ts'
import { oneJob } from './chaos/one-job.ts'
import { compare } from './chaos/oracle.ts'

const shape = { series: 3, payload: 16, together: 4 }

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'worker-death-'))
  onTestFinished(() => removeFolder(made))
  return made
}

it('a worker that logs ten events and ends has ten events in the graph, every time', async () => {
  const ranks = Math.round(6 * effort)
  const { known, found } = await oneJob({ ...shape, folder: folder(), ranks, calls: 10 })
  const verdict = compare(known, found, shape.series, shape.payload)
  expect(verdict.problems).toEqual([])
  expect(verdict).toMatchObject({ sent: 10 * ranks, inGraph: 10 * ranks })
}, 600_000)

it('a worker killed at any instant has every call that returned in the graph', async () => {
  const ranks = Math.round(4 * effort)
  const random = randomFrom(6 + firstSeed)
  const { known, found } = await oneJob({
    ...shape,
    folder: folder(),
    ranks,
    calls: Infinity,
    async meanwhile(_rank, pid) {
      await sleep(random.unit() * 60)
      signal(pid, 'SIGKILL')
    },
  })
  const verdict = compare(known, found, shape.series, shape.payload)
  expect(verdict.problems).toEqual([])
  expect(known.every((one) => one.killed)).toBe(true)
  expect(verdict.inGraph).toBeGreaterThanOrEqual(verdict.sent)
  expect(verdict.sent).toBeGreaterThan(0)
  console.log(`killed ${ranks} workers within ${verdict.sent} calls`)
}, 600_000)
