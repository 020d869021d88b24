import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Connection } from '@provloom/shared'
import { effort, enduring } from '../support/effort.ts'
import { Graph } from '../support/graph.ts'
import { RunningAggregator, report } from './support/aggregator.ts'
import type { Cost } from './support/aggregator.ts'
import { SteadyRank } from './support/steady.ts'

vi.setConfig({ testTimeout: 300_000 * effort })

const MiB = 1024 * 1024

/** Connections of something that is no ZeroMQ peer: they say nothing, or nonsense, and hold on or go. */
class Bogus {
  readonly #connection: Connection
  readonly #held = new Set<net.Socket>()
  opened = 0
  refused = 0

  constructor(connection: Connection) {
    this.#connection = connection
    onTestFinished(() => this.leave())
  }

  get held(): number {
    return this.#held.size
  }

  /** Connects, says `said` if anything, and holds the connection, or closes it at once. */
  knock(hold: boolean, said?: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = net.connect({ host: '127.0.0.1', port: this.#connection.port, timeout: 5_000 })
      socket.once('connect', () => {
        this.opened++
        if (said !== undefined) socket.write(said)
        if (hold) this.#held.add(socket)
        else socket.destroy()
        resolve()
      })
      socket.on('error', () => {
        this.refused++
        resolve()
      })
      socket.once('timeout', () => {
        if (!this.#held.has(socket)) socket.destroy()
        resolve()
      })
      socket.once('close', () => {
        this.#held.delete(socket)
        resolve()
      })
    })
  }

  leave(): void {
    for (const socket of this.#held) socket.destroy()
    this.#held.clear()
  }
}

/** Whether a process is there and more than an entry in a table. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** CPU seconds per second between two looks. */
async function cpuShare(aggregator: RunningAggregator, forMs: number): Promise<number> {
  const [before, at] = [aggregator.cost().cpuSeconds, performance.now()]
  await new Promise<void>((resolve) => {
    setTimeout(resolve, forMs)
  })
  return ((aggregator.cost().cpuSeconds - before) * 1000) / (performance.now() - at)
}

it('thousands of connections that are no peers cost little, and real ranks keep flowing', async () => {
  const count = Math.min(10_000, 1_000 * effort)
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'] })
  const connection = await aggregator.connection()
  const steady = new SteadyRank(connection)
  await steady.begin()
  const before: Cost = aggregator.cost()
  const bogus = new Bogus(connection)
  const began = performance.now()
  const held = 500
  for (let n = 0; n < count; n += 50) {
    const knock = (_: unknown, i: number): Promise<void> =>
      bogus.knock(
        n + i < held,
        i % 3 === 0 ? 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' : i % 3 === 1 ? '\u00ff\0\0\0' : undefined,
      )
    // The real rank is served meanwhile, or this does not come back.
    await Promise.all([...Array.from({ length: 50 }, knock), steady.served()])
  }
  const seconds = (performance.now() - began) / 1000
  const after = aggregator.cost()
  bogus.leave()
  const fare = await steady.end()
  await aggregator.told('run-finished', 1)
  report('connections', {
    count,
    opened: bogus.opened,
    refused: bogus.refused,
    seconds: Math.round(seconds * 10) / 10,
    cpuSeconds: Math.round((after.cpuSeconds - before.cpuSeconds) * 100) / 100,
    grownMiB: Math.round((after.residentBytes - before.residentBytes) / MiB),
    descriptors: after.descriptors,
    fare,
  })
  expect(bogus.opened).toBe(count)
  expect((after.residentBytes - before.residentBytes) / MiB).toBeLessThan(128)
  expect(aggregator.of('run-finished').map(({ summary }) => summary.logs)).toEqual([fare.logs])
})

/** How long processor time is looked at. */
const lookMs = enduring ? 1_000 : 400

const holders: readonly number[] =
  enduring || process.env['PROVLOOM_FIGURES'] !== undefined ? [1_000, 10_000] : [1_000]

it.each(holders)(
  'with 256 descriptors and %i held connections real ranks keep flowing, it is told, and it passes',
  async (held) => {
    const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'], descriptorsMax: 256 })
    const connection = await aggregator.connection()
    const steady = new SteadyRank(connection)
    await steady.begin()
    const idle = await cpuShare(aggregator, lookMs)
    const bogus = new Bogus(connection)
    await Promise.all(Array.from({ length: held }, () => bogus.knock(true)))
    const logsBefore = steady.logs
    const full = await cpuShare(aggregator, 2 * lookMs)
    const cost = aggregator.cost()
    const flowed = steady.logs - logsBefore
    await aggregator.heard(/files are open: no more connections/)
    bogus.leave()
    await aggregator.heard(/Connections are accepted again/)
    const relieved = await cpuShare(aggregator, lookMs)
    // What could not be opened in between (the graph's next save, say) was told, and is done now.
    await aggregator.told('problem-ended', aggregator.of('problem').length)
    const fare = await steady.end()
    await aggregator.told('run-finished', 1)
    report('descriptors', {
      limit: 256,
      open: cost.descriptors,
      held,
      idle,
      full,
      relieved,
      flowed,
      fare,
    })
    expect(flowed).toBeGreaterThan(0)
    expect(aggregator.of('run-finished').map(({ summary }) => summary.logs)).toEqual([fare.logs])
    const begun = aggregator.of('problem').map(({ code }) => code)
    const ended = aggregator.of('problem-ended').map(({ code }) => code)
    expect(ended.toSorted()).toEqual(begun.toSorted())
    expect(new Graph(path.join(aggregator.saveDir, 'x_0')).violations()).toEqual([])
  },
)

it.each(holders)(
  'with 256 descriptors and %i held connections an aggregator that has nothing to do does next to nothing',
  async (held) => {
    const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'], descriptorsMax: 256 })
    const connection = await aggregator.connection()
    const bogus = new Bogus(connection)
    const before = aggregator.cost()
    await Promise.all(Array.from({ length: held }, () => bogus.knock(true)))
    await aggregator.heard(/files are open: no more connections/)
    const forMs = 6 * lookMs
    const share = await cpuShare(aggregator, forMs)
    const spent = aggregator.cost().cpuSeconds - before.cpuSeconds
    report('quiet', { limit: 256, held, forMs, share, spentSeconds: Math.round(spent * 100) / 100 })
    expect(share).toBeLessThan(0.25)
    expect(spent).toBeLessThan(3)
    // A rank that comes now gets in as soon as those that say nothing are shed, which takes 10 s.
    if (!enduring) bogus.leave()
    const steady = new SteadyRank(connection)
    await steady.begin()
    bogus.leave()
    expect((await steady.end()).logs).toBeGreaterThan(0)
    await aggregator.told('run-finished', 1)
  },
)

it('leaves no process and no port behind when it is killed', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'], descriptorsMax: 256 })
  const { port } = await aggregator.connection()
  const [helper] = aggregator.helpers()
  expect(helper).toBeDefined()
  const { saveDir } = aggregator
  await aggregator.kill()
  const again = new RunningAggregator({ args: ['--experiment-name', 'x'], descriptorsMax: 256, saveDir })
  expect((await again.connection()).port).toBe(port)
  while (runs(helper!)) await new Promise<void>((resolve) => setImmediate(resolve))
})
