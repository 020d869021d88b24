import { afterEach, beforeEach, expect, test } from 'vitest'
import { FullDisk } from './support/full-disk.ts'
import { TestHouse } from './support/house.ts'
import { params } from './support/peer.ts'

let house: TestHouse
let files: FullDisk

beforeEach(() => {
  house = new TestHouse()
  files = new FullDisk()
})

afterEach(async () => {
  files.full = false
  await house.clear()
})

test('acknowledges nothing while the disk is full, goes on when there is room, and tells each once', async () => {
  const { connection } = await house.started({ saveAfterNLogs: 5 }, { files })
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.store('w', params(0, 10))
  files.full = true
  for (let i = 0; i < 3; i++) {
    await peer.send('w', 10, params(10, 10))
    expect(await peer.hear('rejected', 'acks')).toMatchObject({
      kind: 'rejected',
      stream: 'w',
      next: 10,
      retry: true,
    })
  }
  files.full = false
  await peer.send('w', 10, params(10, 10))
  await peer.acknowledged('w', 20)
  await house.status('problem-ended', (one) => one.code === 'LOG_FAILED')
  await peer.bye()
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 20, total: { stored: 20 } })
  expect(house.told.filter((one) => one.kind === 'problem' && one.code === 'LOG_FAILED')).toHaveLength(1)
})

test('keeps the order of a stream when only some of its envelopes could be written', async () => {
  const { connection } = await house.started({}, { files })
  const peer = house.peer(connection)
  await peer.welcome()
  files.full = true
  for (let first = 0; first < 50; first += 10) await peer.send('w', first, params(first, 10))
  await peer.hear('rejected')
  files.full = false
  let next = 0
  while (next < 50) {
    for (let first = next; first < 50; first += 10) await peer.send('w', first, params(first, 10))
    const answer = await peer.hear('acks', 'rejected')
    next = answer.kind === 'acks' ? answer.next['w']! : answer.next
  }
  await peer.bye()
  expect((await house.status('run-finished')).summary.logs).toBe(50)
})

test('admits nobody while that cannot be written, and then everybody', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { files })
  await house.peer(connection, { worldSize: 2 }).welcome()
  files.full = true
  const peer = house.peer(connection, { rank: 1, worldSize: 2 })
  await peer.say(peer.helloMessage())
  await house.status('problem')
  expect(peer.unread).toEqual([])
  files.full = false
  await peer.welcome()
})

test('a rank whose admission could not be written and that never returns keeps no run open', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { files })
  const first = house.peer(connection)
  await first.welcome()
  await first.store('w', params(0, 3))
  files.full = true
  const second = house.peer(connection, { rank: 1 })
  await second.say(second.helloMessage())
  await house.status('problem', (one) => one.code === 'LOG_FAILED')
  files.full = false
  await second.gone()
  await first.bye()
  const { summary } = await house.status('run-finished')
  expect(summary.ranks.map(({ rank }) => rank)).toEqual([0])
})

test('a stream that could not be written is in no ledger', async () => {
  const { connection } = await house.started({}, { files })
  const peer = house.peer(connection)
  await peer.welcome()
  files.full = true
  await peer.send('never', 0, params(0, 3))
  await peer.hear('rejected')
  files.full = false
  expect((await house.peer(connection, { session: peer.session }).welcome()).next).toEqual({})
})

test('opens a run when there is room again, and leaves no torn directory behind', async () => {
  const { connection } = await house.started({}, { files })
  files.full = true
  const peer = house.peer(connection)
  await peer.say(peer.helloMessage())
  await house.status('problem', (one) => one.code === 'SAVE_DIR_UNWRITABLE' || one.code === 'LOG_FAILED')
  files.full = false
  // As an agent does: it says hello until it is answered.
  const again = setInterval(() => void peer.say(peer.helloMessage()), 20)
  const welcome = await peer.hear('welcome')
  clearInterval(again)
  expect(welcome.runDir).toBe(house.runDir())
})

test('finishes a run later when its end cannot be written, and gives up loudly when it is stopped before', async () => {
  const aggregator = await house.started({}, { files })
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  await peer.store('w', params(0, 3))
  files.full = true
  expect(await aggregator.stop(200)).toMatchObject({
    kind: 'gave-up',
    left: expect.stringContaining('exp_0'),
  })
  files.full = false
  await house.started({}, { files })
  const after = house.peer((await house.started({ jobKey: 'other' })).connection)
  await after.welcome()
  expect(house.told.filter((one) => one.kind === 'run-opened' && one.resumed)).toHaveLength(1)
})
