import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { SegmentLog, encodeEnvelope, frameHeaderBytes, payloadAt, systemFiles } from '@provloom/shared'
import { commitMarks, decodeRecord, envelopeRecord } from '@provloom/rundir/entry'
import { AggregatorChild, build } from './support/child.ts'
import { TestHouse } from './support/house.ts'
import { params } from './support/peer.ts'
import type { Peer } from './support/peer.ts'

let house: TestHouse

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const files = systemFiles()

function child(): AggregatorChild {
  const started = new AggregatorChild({
    provenanceSaveDir: house.saveDir,
    jobKey: 'test',
    host: '127.0.0.1',
    experimentName: 'exp',
  })
  house.onClear(() => started.signal('SIGKILL'))
  return started
}

function journalOf(runDir: string): SegmentLog {
  return new SegmentLog({ files, folder: path.join(runDir, 'journal'), marks: commitMarks(-1) })
}

/** Where the entry with these records of a stream stands in the journal's only segment. */
async function placeOf(
  runDir: string,
  stream: string,
  first: number,
): Promise<{ file: string; start: number; end: number }> {
  const log = journalOf(runDir)
  const cursor = log.read(0)
  let start = 32
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    for (let k = 0; k < chunk.count; k++) {
      const payload = payloadAt(chunk, k)
      const end = start + frameHeaderBytes + payload.length
      const look = decodeRecord(payload)
      if (look.kind === 'envelope' && look.envelope.stream === stream && look.envelope.first === first) {
        cursor.close()
        log.close()
        return { file: path.join(runDir, 'journal', `${'0'.repeat(20)}.seg`), start, end }
      }
      start = end
    }
  }
  throw new Error(`no entry of ${stream} from ${first}`)
}

/** What a page that never came to the disk looks like. */
function blank({ file, start, end }: { file: string; start: number; end: number }): void {
  const bytes = fs.readFileSync(file)
  bytes.fill(0, start, end)
  fs.writeFileSync(file, bytes)
}

/** A run of one rank with records 0 to 4 acknowledged, whose aggregator is dead. */
async function killedRun(): Promise<{ peer: Peer; runDir: string }> {
  const aggregator = child()
  const peer = house.peer(await aggregator.connection())
  const { runDir } = await peer.welcome()
  await peer.send('w', 0, params(0, 5))
  await peer.acknowledged('w', 5)
  await aggregator.signal('SIGKILL')
  return { peer, runDir }
}

async function goOn(peer: Peer): Promise<{ after: AggregatorChild; next: number }> {
  const after = child()
  await after.status('listening')
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  await peer.hear('again')
  return { after, next: (await peer.welcome()).next['w']! }
}

test('asks a stream again from the hole on that a power loss left in the last commit', async () => {
  const { peer, runDir } = await killedRun()
  // One commit of three, the first of which never came to the disk, though the others did.
  const log = journalOf(runDir)
  const commit = [5, 10, 15].map((first) => encodeEnvelope(peer.envelope('w', first, params(first, 5))))
  await log.commit(commit.map((bytes) => envelopeRecord(bytes)))
  log.close()
  blank(await placeOf(runDir, 'w', 5))

  const { after, next } = await goOn(peer)
  expect(next).toBe(5)
  const told = await after.status('problem')
  expect(told).toMatchObject({
    code: 'JOURNAL_DAMAGED',
    message: expect.stringMatching(/cut at byte \d+ of .*, with 2/),
  })
  for (const first of [5, 10, 15]) await peer.send('w', first, params(first, 5))
  await peer.acknowledged('w', 20)
  await peer.bye()
  const { summary } = await after.status('run-finished')
  expect(summary).toMatchObject({ logs: 20, total: { sent: 20, stored: 20, dropped: 0 } })
  const document = fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')
  for (let n = 0; n < 20; n++)
    expect(document.match(new RegExp(`"run:param\\.p${n}\\.[0-9a-f]+":`, 'g'))).toHaveLength(1)
})

test('records as lost, with its place, what is damaged before the last commit, and keeps what is behind it', async () => {
  const { peer, runDir } = await killedRun()
  const log = journalOf(runDir)
  for (const first of [5, 10, 15]) {
    await log.commit([envelopeRecord(encodeEnvelope(peer.envelope('w', first, params(first, 5))))])
  }
  log.close()
  const place = await placeOf(runDir, 'w', 10)
  blank(place)

  const { after, next } = await goOn(peer)
  expect(next).toBe(20)
  const { message } = await after.status('problem')
  expect(message).toContain(`${place.file} at byte ${place.start}`)
  expect(message).toContain('5 events were in them and count as dropped')
  await peer.send('w', 20, params(20, 1))
  await peer.acknowledged('w', 21)
  await peer.bye()
  const { summary } = await after.status('run-finished')
  expect(summary).toMatchObject({ logs: 16, total: { sent: 21, stored: 16, dropped: 5 } })
})
