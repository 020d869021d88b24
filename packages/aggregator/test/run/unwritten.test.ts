import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access, OpenFile } from '@provloom/shared'
import { Disk } from '../support/disk.ts'
import { TestHouse } from '../support/house.ts'
import { params } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'

/** A disk that has some room left, for what is short. */
class TightDisk extends Disk {
  roomBytes = Infinity

  override open(file: string, mode: 'read' | 'append', access?: Access): OpenFile {
    const open = this.real.open(file, mode, access)
    return {
      ...open,
      write: async (chunks) => {
        if (chunks.reduce((sum, { length }) => sum + length, 0) <= this.roomBytes) return open.write(chunks)
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      },
    }
  }
}

let house: TestHouse
let files: TightDisk

beforeEach(() => {
  house = new TestHouse()
  files = new TightDisk()
})

afterEach(async () => {
  files.roomBytes = Infinity
  await house.clear()
})

/** Both are in, and what was to be written for that is. */
async function twoRanks(): Promise<[Peer, Peer]> {
  const { connection } = await house.started({ collectAllProcesses: true }, { files })
  const peers: [Peer, Peer] = [house.peer(connection, { rank: 0 }), house.peer(connection, { rank: 1 })]
  for (const peer of peers) await peer.welcome()
  await house.status('flushed')
  return peers
}

const isOver = (): boolean => house.told.some(({ kind }) => kind === 'problem-ended')

test('a journal that takes a short entry and not an envelope is not written again', async () => {
  const [peer, other] = await twoRanks()
  files.roomBytes = 2_000
  await peer.send('w', 0, params(0, 100))
  expect(await peer.hear('rejected', 'acks')).toMatchObject({ kind: 'rejected', next: 0, retry: true })
  await other.store('w', params(0, 1))
  await peer.send('w', 0, params(0, 2))
  await peer.acknowledged('w', 2)
  expect(isOver()).toBe(false)
  files.roomBytes = Infinity
  await peer.send('w', 2, params(2, 98))
  await peer.acknowledged('w', 100)
  await house.status('problem-ended', ({ code }) => code === 'LOG_FAILED')
})

test('what an agent keeps and sends no more counts as written when something as large is', async () => {
  const [peer, other] = await twoRanks()
  files.roomBytes = 2_000
  await peer.send('w', 0, params(0, 100))
  await peer.hear('rejected')
  const kept = { records: 100, folder: '/spool', reason: 'deadline' }
  await peer.say({ kind: 'bye', session: peer.session, final: true, ledger: {}, ledgerClosed: true, kept })
  await peer.hear('farewell')
  await other.store('w', params(0, 1))
  expect(isOver()).toBe(false)
  files.roomBytes = Infinity
  await other.store('w', params(1, 200))
  await house.status('problem-ended', ({ code }) => code === 'LOG_FAILED')
})
