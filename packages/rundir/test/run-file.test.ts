import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readRunFile } from '@provloom/rundir'
import { readStoredRun, writeRunFile } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import { systemFiles } from '@provloom/shared'
import type { Attempt, Rank, RunId } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'

let runDir: string

beforeEach(() => {
  runDir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-rundir-'))
})

afterEach(() => fs.rmSync(runDir, { recursive: true }))

const runId = '01893d5e-5c00-7000-8000-000000000000' as RunId
const ledger = { sent: 2n ** 60n + 1n, stored: 1, dropped: 2n ** 60n }

const part = { file: 'metrics/part-000000000002.parquet', rows: 3, bytes: 99, sha256: 'ab' }

const none = { shown: [], more: 0 }
/** Floating-point operations, as a trainer counts them. */
const flos = {
  key: 'total_flos',
  ranks: 1,
  points: 1,
  first: 3.2e17,
  last: 9.6e17,
  firstStep: 0,
  lastStep: 2 ** 60,
  seconds: 2,
  spark: [3.2e17],
}
const head = {
  users: ['ada'],
  hosts: none,
  params: none,
  metrics: { shown: [flos], more: 0 },
  inputs: none,
  outputs: none,
  energy: [],
  notMeasured: [],
}

async function write(finished: boolean): Promise<RunFacts> {
  const facts: RunFacts = {
    runId,
    runDir,
    number: 3,
    ordinal: 1,
    jobKey: 'j',
    settings: {
      provUserNamespace: 'a',
      experimentName: 'e',
      collectAllProcesses: true,
      saveAfterNLogs: 5,
    },
  }
  await writeRunFile(systemFiles(), facts, {
    summary: {
      runId,
      status: 'failed',
      startUs: 0,
      endUs: 1_000_000,
      worldSize: 2,
      ranks: [
        { rank: 0 as Rank, attempt: 0 as Attempt, status: 'failed', host: 'h', problems: 2, ...ledger },
      ],
      absent: [],
      ranksRefused: 0,
      conflicts: 0,
      problems: 2,
      problemKinds: [{ code: 'SAMPLE', count: 2, what: 'a', try: 'b' }],
      hints: ['NO_RANK: c'],
      logs: 1,
      total: ledger,
      parts: [part],
    },
    head,
    journalPosition: 7,
    finished,
    ...(finished ? {} : { connectionFile: '/c' }),
    files: ['prov.json'],
  })
  return facts
}

test('is read as it was written, with every digit of its ledger', async () => {
  const facts = await write(false)
  expect(readRunFile(runDir)).toMatchObject({
    status: 'failed',
    problems: 2,
    worldSize: 2,
    endTime: '1970-01-01T00:00:01.000Z',
    journalPosition: 7,
    connectionFile: '/c',
    ledger: { total: ledger, ranks: [{ problems: 2, ...ledger }] },
  })
  expect(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')).toContain('"sent": 1152921504606846977')
  expect(readStoredRun(runDir)).toMatchObject({ facts, finished: false, connectionFile: '/c' })
})

test('holds its head in one line, whose numbers are doubles however large they are', async () => {
  await write(false)
  expect(readRunFile(runDir).head).toEqual(head)
  const lines = fs.readFileSync(path.join(runDir, 'run.json'), 'utf8').split('\n')
  expect(lines.filter((line) => line.includes('total_flos'))).toEqual([
    expect.stringMatching(/^ {2}"head": \{.*\},$/),
  ])
})

test('says that a run is finished when its journal is gone', async () => {
  await write(true)
  expect(readStoredRun(runDir)).toMatchObject({ finished: true, connectionFile: undefined })
  fs.mkdirSync(path.join(runDir, 'journal'))
  expect(readStoredRun(runDir).finished).toBe(false)
})

test.each([
  ['no JSON', '{'],
  ['of another format', '{"format": 9}'],
  ['without its ledger', ''],
])('is refused when it is %s', async (_, text) => {
  await write(true)
  const file = path.join(runDir, 'run.json')
  const { ledger: _ledger, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>
  fs.writeFileSync(file, text === '' ? JSON.stringify(rest) : text)
  expect(() => readStoredRun(runDir)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }))
})
