import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import { TestHouse } from '../support/house.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

interface Share {
  readonly creditBytes: number
  readonly ageMs: number
}

/** What a rank of a job of so many is granted. */
async function shareOf(...worlds: readonly number[]): Promise<Share[]> {
  const { connection } = await house.started({ collectAllProcesses: true })
  const shares: Share[] = []
  for (const worldSize of worlds) {
    const { creditBytes, envelopeAgeMs } = await house
      .peer(connection, { jobKey: `job-${worldSize}`, worldSize })
      .welcome()
    shares.push({ creditBytes, ageMs: envelopeAgeMs ?? 0 })
  }
  return shares
}

test('many ranks are asked to fill their envelopes for longer, so that together they send no more', async () => {
  const worlds = [limits.envelopeAgeMs, 250, 500, 1_000, 2_000, 100_000]
  const ages = (await shareOf(...worlds)).map(({ ageMs }) => ageMs)
  expect([ages[0], ages.at(-1)]).toEqual([limits.envelopeAgeMs, limits.envelopeAgeMsMax])
  for (const [i, ranks] of worlds.slice(1, -1).entries())
    expect((ranks / ages[i + 1]!) * 1000).toBeLessThanOrEqual(limits.envelopesPerSecond)
})

test('ranks share what may be in flight, and none gets less than the least or more than the most', async () => {
  const worlds = [8, 100, 1_024]
  const shares = (await shareOf(...worlds, 100_000)).map(({ creditBytes }) => creditBytes)
  for (const [i, ranks] of worlds.entries()) {
    expect(shares[i]! * ranks).toBeLessThanOrEqual(limits.inFlightBytesMax)
    expect(shares[i]).toBeLessThanOrEqual(limits.creditBytes)
  }
  expect(shares.at(-1)).toBe(limits.creditBytesMin)
})
