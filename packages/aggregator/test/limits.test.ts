import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Dealer } from 'zeromq'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { enduring } from '../../../test/support/effort.ts'
import { SegmentLog, encodeMessage, endpointOf, limits, roomForPoints, systemFiles } from '@provloom/shared'
import type { Event } from '@provloom/shared'
import { controlRecord } from '@provloom/rundir/entry'
import { descriptorLimit, ranksMax } from '../src/inbox/descriptors.ts'
import { AggregatorChild, build } from './support/child.ts'
import { TestHouse } from './support/house.ts'
import { params, points, series } from './support/peer.ts'
import { SlowDisk } from './support/slow-disk.ts'

let house: TestHouse

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const config = (): object => ({
  provenanceSaveDir: house.saveDir,
  jobKey: 'test',
  host: '127.0.0.1',
  experimentName: 'exp',
})

function child(more: object = {}): AggregatorChild {
  const started = new AggregatorChild({ ...config(), ...more })
  house.onClear(() => started.signal('SIGKILL'))
  return started
}

test('streams of a rank beyond the most are turned down for good, and the others are served on', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  await peer.welcome()
  for (let n = 0; n < limits.streamsPerRankMax; n++) await peer.send(`w${n}`, 0, params(n, 1))
  await peer.acknowledged(`w${limits.streamsPerRankMax - 1}`, 1)
  await peer.send('one-more', 0, params(0, 1))
  expect(await peer.hear('rejected')).toMatchObject({
    stream: 'one-more',
    retry: false,
    message: `more than ${limits.streamsPerRankMax} streams of one rank`,
  })
  await peer.send('w0', 1, params(0, 1))
  await peer.acknowledged('w0', 2)
})

test('points of series beyond the most of a stream are dropped, counted, and the others are kept', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  const { runDir } = await peer.welcome()
  const most = limits.seriesPerStreamMax
  const declared: Event[] = Array.from({ length: most + 1 }, (_, id) => series(id, `m${id}`))
  await peer.store('w', declared, pointsOf([0, most - 1, most]))
  await peer.bye()
  const { summary } = await house.status('run-finished')
  expect(summary.total).toEqual({ sent: most + 4, stored: most + 3, dropped: 1 })
  expect(summary.logs).toBe(2)
  const text = fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')
  expect(text).toContain(`more than ${most} series`)
})

/** One point for each of these series. */
function pointsOf(ids: readonly number[]): ReturnType<typeof points> {
  const rows = roomForPoints(ids.length)
  for (const [i, id] of ids.entries()) {
    rows.series[i] = id
    rows.time[i] = 1_700_000_000_000_000n
    rows.value[i] = i
  }
  return rows
}

test('without a wish of anybody the graph is saved after the default number of logs', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  await peer.welcome()
  const most = limits.saveAfterNLogsDefault
  await peer.store('w', params(0, most - 1))
  await peer.store('w', params(most, 1))
  await house.status('flushed', (one) => one.logs > 0)
  expect(house.told.filter((one) => one.kind === 'flushed' && one.logs > 0)).toMatchObject([{ logs: most }])
})

test('a message of more frames than any has is refused, counted, and its peer is served on', async () => {
  const aggregator = await house.started({ insecure: true })
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  const stranger = new Dealer({ linger: 0 })
  house.onClear(() => stranger.close())
  stranger.connect(endpointOf(aggregator.connection!))
  const beat = encodeMessage({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  // ZeroMQ puts the sender in front: these are one frame too many, and as many as there may be.
  await stranger.send(Array.from({ length: limits.framesMax }, () => beat))
  await stranger.send(Array.from({ length: limits.framesMax - 1 }, () => beat))
  await stranger.receive()
  expect(aggregator.counts.malformed).toBe(1)
})

/** A rank that sends half as many rows again as a limit of bytes lets wait, while the disk holds files of a kind back. */
async function flood(bytesMax: number, suffix: string): Promise<Flood> {
  const disk = new SlowDisk(suffix)
  const aggregator = await house.started({}, { files: disk })
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  await peer.store('w', [series(1, 'loss')])
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  disk.beforeSync = () => gate
  const [perEnvelope, bytesEach] = [60_000, 60_000 * 28]
  const count = Math.ceil((bytesMax * 1.5) / bytesEach)
  for (let n = 0; n < count; n++)
    await peer.send('w', 1 + n * perEnvelope, [], points(1, n * perEnvelope, perEnvelope))
  return {
    disk,
    received: () => (aggregator.counts.envelopes - 1) * bytesEach,
    letGo,
    stored: () => peer.acknowledged('w', 1 + count * perEnvelope),
  }
}

interface Flood {
  readonly disk: SlowDisk
  /** Bytes of rows taken from the socket. */
  received(): number
  letGo(): void
  /** All of it. */
  stored(): Promise<void>
}

/** Looked at after every few megabytes. */
const lookBytes = 8 * 1024 * 1024

test('with more taken in than may wait to be stored nothing is received, and all of it is later', async () => {
  const { received, letGo, stored } = await flood(limits.inFlightBytesMax, '.seg')
  await until(() => received() > limits.inFlightBytesMax)
  await standsStill(received)
  expect(received()).toBeLessThan(limits.inFlightBytesMax + lookBytes)
  letGo()
  await stored()
})

test('with more rows waiting for Parquet than may nothing is received, and all of them are stored later', async ({
  skip,
}) => {
  skip(!enduring, 'npm run endure -- limits')
  const { disk, received, letGo, stored } = await flood(limits.waitingRowsBytesMax, '.new')
  await until(() => received() > limits.waitingRowsBytesMax && disk.syncs > 0)
  await standsStill(received)
  expect(disk.syncs).toBe(1)
  // Rows that are applied, and what was on its way to it.
  expect(received()).toBeLessThan(limits.waitingRowsBytesMax + limits.inFlightBytesMax + lookBytes)
  letGo()
  await stored()
})

test('attempts of ranks beyond the most of a run are refused, and those that are in it are served on', async ({
  skip,
}) => {
  skip(!enduring, 'npm run endure -- limits')
  const before = child({ collectAllProcesses: true })
  const peer = house.peer(await before.connection())
  const { runDir, runId } = await peer.welcome()
  await before.signal('SIGKILL')
  // As many attempts as there may be, as the aggregator itself would have journaled them.
  const records: ReturnType<typeof controlRecord>[] = []
  for (let rank = 1; rank < limits.attemptsPerRunMax; rank++) {
    const entry = {
      kind: 'admitted',
      time: 1_700_000_000_000_000,
      rank,
      attempt: 0,
      session: `s${rank}`,
      worker: `s${rank}`,
      host: 'h',
    }
    records.push(controlRecord(entry as Parameters<typeof controlRecord>[0]))
  }
  const log = new SegmentLog({ files: systemFiles(), folder: path.join(runDir, 'journal') })
  await log.commit(records)
  log.close()
  const { connection } = await house.started({ collectAllProcesses: true })
  const late = house.peer(connection, { rank: limits.attemptsPerRunMax, hello: { runId } })
  expect(await late.hello()).toMatchObject({
    kind: 'refused',
    reason: 'bad-hello',
    message: expect.stringContaining(`${limits.attemptsPerRunMax} attempts`),
  })
  const last = limits.attemptsPerRunMax - 1
  const known = house.peer(connection, { rank: last, session: `s${last}`, hello: { runId } })
  expect((await known.welcome()).runId).toBe(runId)
})

const roomForRuns = ranksMax(descriptorLimit()) / 4 >= limits.openRunsMax

test.skipIf(!roomForRuns)(
  `jobs beyond the most runs that may be open wait, and those that are open are served on${roomForRuns ? '' : ' (skipped: the descriptor limit lets fewer in)'}`,
  async ({ skip }) => {
    skip(!enduring, 'npm run endure -- limits')
    const aggregator = child()
    const peer = house.peer(await aggregator.connection())
    for (let n = 0; n <= limits.openRunsMax; n++) {
      await peer.say({ ...peer.helloMessage(), session: `s${n}`, jobKey: `job ${n}` })
    }
    const answers: string[] = []
    for (let n = 0; n <= limits.openRunsMax; n++) {
      const answer = await peer.hear('welcome', 'later')
      answers.push(answer.kind === 'later' ? `later: ${answer.message}` : answer.kind)
    }
    expect(answers.filter((one) => one !== 'welcome')).toEqual([
      `later: ${limits.openRunsMax} runs are open here, and no more may be`,
    ])
    await peer.say({ ...peer.helloMessage(), session: 's0', jobKey: 'job 0' })
    expect(await peer.hear('welcome')).toMatchObject({ session: 's0' })
  },
)

const somaxconn = '/proc/sys/net/core/somaxconn'
const roomForKnocks =
  (descriptorLimit() ?? 0) > limits.listenBacklog * 1.5 &&
  fs.existsSync(somaxconn) &&
  Number(fs.readFileSync(somaxconn, 'utf8')) >= limits.listenBacklog

test.skipIf(!roomForKnocks)(
  `connections beyond the backlog are tried again, and get in when there is room${roomForKnocks ? '' : ' (skipped: kernel or descriptor limit lets fewer wait)'}`,
  async () => {
    const aggregator = child()
    const connection = await aggregator.connection()
    void aggregator.signal('SIGSTOP')
    await until(() => waitingAt(connection.port) !== undefined)
    const knocks = await Promise.all(
      // The kernel lets one more wait than it is asked to.
      Array.from({ length: limits.listenBacklog + 1 }, () => knock(connection.port)),
    )
    house.onClear(() => {
      for (const one of knocks) one.destroy()
    })
    expect(waitingAt(connection.port)).toBe(limits.listenBacklog + 1)
    const late = house.peer(connection)
    const welcome = late.welcome()
    void aggregator.signal('SIGCONT')
    for (const one of knocks) one.destroy()
    expect((await welcome).kind).toBe('welcome')
  },
)

function knock(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
    socket.on('error', () => {})
  })
}

/** Connections that wait to be accepted at a port, as the kernel counts them. */
function waitingAt(port: number): number | undefined {
  const [local, listening] = [`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`, '0A']
  for (const line of fs.readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, address, , state, queues] = line.trim().split(/\s+/)
    if (address === local && state === listening) return Number.parseInt(queues!.split(':')[1]!, 16)
  }
  return undefined
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Resolves when a number stays the same while the disk syncs a hundred times: a journal that goes on would be seen. */
async function standsStill(number: () => number): Promise<void> {
  const file = await fs.promises.open(path.join(house.saveDir, 'still'), 'a')
  try {
    for (let last = Number.NaN, syncs = 0; syncs < 100; last = number()) {
      await file.write('x')
      await file.sync()
      syncs = number() === last ? syncs + 1 : 0
    }
  } finally {
    await file.close()
  }
}
