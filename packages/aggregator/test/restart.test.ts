import fs from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { AggregatorChild, build } from './support/child.ts'
import { TestHouse, readJson } from './support/house.ts'
import { params, points, rankEnd, rankStart, series } from './support/peer.ts'
import type { Peer } from './support/peer.ts'

let house: TestHouse

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

function child(more: object = {}): AggregatorChild {
  const started = new AggregatorChild({
    provenanceSaveDir: house.saveDir,
    jobKey: 'test',
    host: '127.0.0.1',
    experimentName: 'exp',
    saveAfterNLogs: 10,
    ...more,
  })
  house.onClear(() => started.signal('SIGKILL'))
  return started
}

/** As an agent does: sends what is missing after the last welcome. */
async function sendFrom(peer: Peer, next: number, total: number): Promise<void> {
  for (let first = next; first < total; first += 5)
    await peer.send('w', first, params(first, Math.min(5, total - first)))
}

test('keeps port, keys and runs through kill -9, and loses and doubles nothing', async () => {
  const before = child()
  const connection = await before.connection()
  const peer = house.peer(connection)
  const welcome = await peer.welcome()
  await sendFrom(peer, 0, 200)
  await peer.acknowledged('w', 50)
  await before.signal('SIGKILL')

  const after = child()
  const again = await after.connection()
  expect(again).toMatchObject({ port: connection.port, curve: connection.curve })
  expect((await after.status('run-opened')).resumed).toBe(true)
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  await peer.hear('again')
  const back = await peer.welcome()
  expect(back.runId).toBe(welcome.runId)
  expect(back.next['w']).toBeGreaterThanOrEqual(50)
  await sendFrom(peer, 0, 200)
  await peer.acknowledged('w', 200)
  await peer.bye()
  const finished = await after.status('run-finished')
  expect(finished.summary).toMatchObject({ logs: 200, total: { sent: 200, stored: 200, dropped: 0 } })
  const document = fs.readFileSync(path.join(welcome.runDir, 'prov.json'), 'utf8')
  for (const key of ['p0', 'p49', 'p50', 'p199'])
    expect(document.match(new RegExp(`"run:param\\.${key}\\.[0-9a-f]+":`, 'g'))).toHaveLength(1)
  expect(fs.existsSync(path.join(welcome.runDir, 'journal'))).toBe(false)
})

test('survives being killed again and again', async () => {
  let aggregator = child()
  const peer = house.peer(await aggregator.connection())
  await peer.welcome()
  for (let round = 0; round < 5; round++) {
    await sendFrom(peer, round * 40, round * 40 + 40)
    await peer.acknowledged('w', round * 40 + 7)
    await aggregator.signal('SIGKILL')
    aggregator = child()
    await aggregator.status('listening')
    await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
    await peer.hear('again')
    const { next } = await peer.welcome()
    await sendFrom(peer, next['w']!, round * 40 + 40)
    if (next['w']! < round * 40 + 40) await peer.acknowledged('w', round * 40 + 40)
  }
  await peer.bye()
  const { summary } = await aggregator.status('run-finished')
  expect(summary).toMatchObject({ logs: 200, total: { sent: 200, stored: 200, dropped: 0 } })
})

test('gives the same document as a run that nobody disturbed, but for the times and the restart', async () => {
  const documents: string[][] = []
  for (const disturbed of [false, true]) {
    const saved = new TestHouse()
    let aggregator = child({ provenanceSaveDir: saved.saveDir })
    const runId = '01893d5e-5c00-7000-8000-000000000000'
    const peer = house.peer(await aggregator.connection(), {
      session: 'one',
      hello: { runId: runId as never },
    })
    const { runDir } = await peer.welcome()
    await peer.store('w', [rankStart(), ...params(0, 20), series(1, 'loss')], points(1, 0, 50))
    if (disturbed) {
      await aggregator.signal('SIGKILL')
      aggregator = child({ provenanceSaveDir: saved.saveDir })
      await aggregator.status('listening')
      await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
      await peer.hear('again')
      await peer.welcome()
    }
    await peer.store('w', [...params(20, 5), rankEnd()], points(1, 50, 50))
    await peer.bye()
    await aggregator.status('run-finished')
    documents.push(steady(fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')))
    await saved.clear()
  }
  expect(documents[1]).toEqual(documents[0])
})

/** Without what differs between any two runs, and without who recorded and when, which a restart adds to. */
function steady(document: string): string[] {
  return document
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/,"provloom:pid":[^,}]*/g, '')
    .replaceAll(/"schema:sha256":"[0-9a-f]{64}"/g, '')
    .split(',\n')
    .filter((line) => !/"run:(?:recording|recovery-\d+)"/.test(line))
}

test('goes on from a snapshot when metric rows are in parts already, with every row once', async () => {
  const before = child()
  const peer = house.peer(await before.connection())
  const { runDir } = await peer.welcome()
  const perEnvelope = 60_000
  await peer.store('w', [series(1, 'loss')])
  let rows = 0
  for (; rows < 1_080_000; rows += perEnvelope) await peer.store('w', [], points(1, rows, perEnvelope))
  const snapshot = path.join(runDir, 'journal', 'snapshot')
  let number = 0
  while (!fs.existsSync(snapshot)) await peer.store('w', params(number++, 1))
  for (const end = rows + 3 * perEnvelope; rows < end; rows += perEnvelope) {
    await peer.store('w', [], points(1, rows, perEnvelope))
  }
  await before.signal('SIGKILL')
  expect(fs.readdirSync(path.join(runDir, 'journal'))).not.toContain('00000000000000000000.seg')

  const after = child()
  await after.status('listening')
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  await peer.hear('again')
  await peer.welcome()
  await peer.store('w', [rankEnd()], points(1, rows, 1_000))
  rows += 1_000
  await peer.bye()
  const { summary } = await after.status('run-finished')
  expect(summary).toMatchObject({ status: 'completed', logs: rows + number, total: { dropped: 0 } })
  const steps: bigint[] = []
  for (const row of await metricRows(runDir)) {
    if (row.value !== Number(row.step) / 7) throw new Error(`step ${row.step} has ${row.value}`)
    steps.push(row.step)
  }
  steps.sort((a, b) => Number(a - b))
  expect(steps.length).toBe(rows)
  expect(steps.every((step, i) => step === BigInt(i))).toBe(true)
})

async function metricRows(runDir: string): Promise<{ step: bigint; value: number }[]> {
  const folder = path.join(runDir, 'metrics')
  const found: { step: bigint; value: number }[] = []
  for (const name of fs.readdirSync(folder)) {
    const file = await asyncBufferFromFile(path.join(folder, name))
    const rows = await parquetReadObjects({
      file,
      columns: ['step', 'value'],
      compressors: { GZIP: (input) => gunzipSync(input) },
    })
    for (const { step, value } of rows) found.push({ step: step as bigint, value: value as number })
  }
  return found
}

test('ends a run that was killed after its last entry and before its directory was complete', async () => {
  const aggregator = child()
  const peer = house.peer(await aggregator.connection())
  const { runDir, runId } = await peer.welcome()
  await peer.store('w', params(0, 3))
  await aggregator.signal('SIGKILL')
  // What a crash within `finish` leaves: the entry is in the journal, the rest is still to do.
  const { SegmentLog, systemFiles } = await import('@provloom/shared')
  const log = new SegmentLog({ files: systemFiles(), folder: path.join(runDir, 'journal') })
  const closed = { kind: 'closed', time: 1_800_000_000_000_000, cause: 'stopped' }
  await log.commit([[Buffer.from(`C${JSON.stringify(closed)}`)]])
  log.close()
  const after = child()
  const finished = await after.status('run-finished')
  expect(finished).toMatchObject({ runId, summary: { status: 'incomplete', logs: 3 } })
  expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(false)
})

test('ends open runs on SIGTERM as stopped, and goes on with them when their sessions come back', async () => {
  const aggregator = child()
  const peer = house.peer(await aggregator.connection())
  const { runDir, runId } = await peer.welcome()
  await peer.store('w', params(0, 3))
  expect(await aggregator.signal('SIGTERM')).toBe(0)
  expect(readJson(path.join(runDir, 'run.json'))).toMatchObject({ finished: false, status: 'incomplete' })
  const after = child()
  const again = house.peer(await after.connection(), {
    session: peer.session,
    hello: { admitted: runId },
  })
  expect(await again.welcome()).toMatchObject({ runId, attempt: 0, next: { w: 3 } })
})

test('forgets a run whose first entry never reached the journal, and may open it again', async () => {
  const aggregator = child()
  const peer = house.peer(await aggregator.connection())
  const { runDir, runId } = await peer.welcome()
  await aggregator.signal('SIGKILL')
  // What a crash between the directory and the first entry leaves.
  fs.rmSync(path.join(runDir, 'prov.json'), { force: true })
  for (const name of fs.readdirSync(path.join(runDir, 'journal')))
    fs.rmSync(path.join(runDir, 'journal', name))
  const after = child()
  const again = house.peer(await after.connection(), { hello: { runId } })
  expect((await again.welcome()).runDir).toBe(runDir)
  await again.bye()
  expect((await after.status('run-finished')).runId).toBe(runId)
})

test('leaves a run alone whose journal cannot be read, says so, and serves others', async () => {
  const aggregator = child()
  const peer = house.peer(await aggregator.connection())
  const { runDir } = await peer.welcome()
  await peer.store('w', params(0, 20))
  await aggregator.status('flushed', (one) => one.logs >= 20)
  await aggregator.signal('SIGKILL')
  for (const name of fs.readdirSync(path.join(runDir, 'journal')))
    fs.rmSync(path.join(runDir, 'journal', name))
  const after = child()
  expect(await after.status('problem')).toMatchObject({
    code: 'LOG_UNREADABLE',
    message: expect.stringContaining(runDir),
  })
  const other = house.peer(await after.connection())
  expect((await other.welcome()).runDir).not.toBe(runDir)
  expect(fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')).toContain('"p19"')
})

test('a session that had ended stays so: a restarted aggregator tells it, and waits for it no more', async () => {
  const before = child({ collectAllProcesses: true })
  const connection = await before.connection()
  const [zero, one] = [0, 1].map((rank) => house.peer(connection, { rank, worldSize: 2 })) as [Peer, Peer]
  const { runId } = await zero.welcome()
  await one.welcome()
  await zero.store('w', [...params(0, 3), rankEnd('completed')])
  await zero.bye()
  await before.signal('SIGKILL')

  const second = child({ collectAllProcesses: true })
  const again = house.peer(await second.connection(), {
    session: zero.session,
    worldSize: 2,
    hello: { admitted: runId },
  })
  await again.say(again.helloMessage())
  expect(await again.hear('settled', 'welcome')).toMatchObject({
    kind: 'settled',
    ended: false,
    missing: [1],
  })
  // Its agent is gone for good before this one is killed too.
  await second.signal('SIGKILL')

  const third = child({ collectAllProcesses: true })
  await third.connection()
  await one.say({ kind: 'heartbeat', session: one.session, sentUs: 1, backlog: 0 })
  await one.hear('again')
  await one.welcome()
  await one.store('w', [...params(3, 2), rankEnd('completed')])
  await one.bye()
  expect((await third.status('run-ended')).summary).toMatchObject({ status: 'completed', logs: 5 })
})
