import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { LeftCounters } from '../../src/source/energy/left.ts'
import { Figures } from '../../src/source/energy/figures.ts'
import { MachineEnergy } from '../../src/source/energy/machine.ts'
import type { EnergyUse } from '../../src/source/energy/use.ts'
import type { SourceWriter } from '../../src/source/event-source.ts'
import { HostWatch } from '../../src/source/host-watch.ts'
import { Sampler } from '../../src/source/sampler.ts'
import type { Meters } from '../../src/source/system.ts'
import { WatchList } from '../../src/source/watch-list.ts'
import type { Fact, SeriesName } from '../../src/spool/own-stream.ts'
import { ManualClock } from '../support/clock.ts'
import { MachineTree } from '../support/machine.ts'
import { freshFolder } from '../support/place.ts'

const everyMs = 10_000
const hostId = '0123456789abcdef0123456789abcdef'

/** A session's stream: what was written, in words, and where the run is. */
class Stream implements SourceWriter {
  readonly words: string[] = []
  readonly series: SeriesName[] = []
  run: string

  constructor(run: string) {
    this.run = run
  }

  record(fact: Fact): boolean {
    if (fact.type === 'watch') this.words.push(`${fact.edge} ${fact.shared}`)
    if (fact.type === 'energy') this.words.push(`${fact.joules} J`)
    return true
  }

  keep(): void {}

  measure(name: SeriesName, step: number, value: number): void {
    this.series.push(name)
    this.words.push(`${name.key} ${step} ${value}`)
  }
}

/** One process tree on a machine whose processors are busy for as many percent as it was looked at. */
class Tree {
  readonly clock = new ManualClock()
  readonly folder = freshFolder()
  readonly sampler: Sampler
  looks = 0

  constructor() {
    const unknown = Number.NaN
    const rest = {
      diskTransfersPerSecond: unknown,
      networkReceivedPerSecond: unknown,
      networkSentPerSecond: unknown,
    }
    const meters: Meters = {
      watch: () => {},
      forget: () => {},
      beginHost: () => {},
      sample: async () => ({
        host: () => ({ cpuPercent: ++this.looks, memoryBytes: unknown, ...rest }),
        worker: () => undefined,
      }),
    }
    this.sampler = new Sampler(this.clock, everyMs, meters)
  }

  watch(unasked = false, energy?: EnergyUse, machine = hostId): HostWatch {
    const { clock, sampler } = this
    const list = new WatchList(path.join(this.folder, 'watching'), clock, machine)
    return new HostWatch({ clock, sampler, energy, list, hostId: machine, unasked })
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) await this.stopFor(Math.min(left, 1_000))
  }

  /** Time passes, and nothing is done meanwhile. */
  async stopFor(ms: number): Promise<void> {
    this.clock.advance(ms)
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}

test('the session that is granted its machine measures it, until another one is', async () => {
  const tree = new Tree()
  const [one, two] = [new Stream('r'), new Stream('r')]
  const [first, second] = [tree.watch(), tree.watch()]
  first.start(one)
  second.start(two)
  first.decide(true)
  second.decide(false)
  await tree.pass(1_000)
  await tree.pass(everyMs)
  first.decide(false)
  second.decide(true)
  await tree.pass(everyMs)
  await second.stop()
  await tree.pass(everyMs)
  expect(one.words).toEqual(['start 1', 'cpu_usage 0 1', 'cpu_usage 1 2', 'end 1'])
  expect(two.words).toEqual(['start 1', 'cpu_usage 0 3', 'end 1'])
  expect(one.series[0]).toEqual({ key: 'cpu_usage', source: 'host-01234567', unit: '%', measures: 'host' })
  expect(fs.readdirSync(tree.folder)).toEqual([])
})

test('before anybody has answered only the first session of a machine by its place measures it, and stops when it is told to', async () => {
  const tree = new Tree()
  const [one, two] = [new Stream('r'), new Stream('r')]
  const [first, second] = [tree.watch(true), tree.watch()]
  first.start(one)
  second.start(two)
  await tree.pass(1_000)
  await tree.pass(everyMs)
  first.decide(false)
  second.decide(true)
  await tree.pass(everyMs)
  await Promise.all([first.stop(), second.stop()])
  expect(one.words).toEqual(['start 1', 'cpu_usage 0 1', 'end 1'])
  expect(two.words).toEqual(['start 1', 'cpu_usage 0 2', 'end 1'])
})

test('a session that is answered at once does not begin by itself', async () => {
  const tree = new Tree()
  const stream = new Stream('r')
  const watch = tree.watch(true)
  watch.start(stream)
  watch.decide(false)
  await tree.pass(everyMs)
  await watch.stop()
  expect(stream.words).toEqual([])
})

test('several runs of a tree are several watches, of one look at the machine, and each says how many there are', async () => {
  const tree = new Tree()
  const streams = ['a', 'b'].map((run) => new Stream(run))
  const watches = streams.map((stream) => {
    const watch = tree.watch()
    watch.start(stream)
    watch.decide(true)
    return watch
  })
  await tree.pass(1_000)
  await watches[1]!.stop()
  await tree.pass(everyMs)
  await watches[0]!.stop()
  expect(streams.map(({ words }) => words)).toEqual([
    ['start 1', 'start 2', 'cpu_usage 0 1', 'cpu_usage 1 2', 'end 2'],
    ['start 2', 'cpu_usage 0 1', 'end 2'],
  ])
})

test('two machines share nothing, and a session that is let into a run shares the machine with it no longer', async () => {
  const tree = new Tree()
  const [one, two] = [new Stream('session'), new Stream('b')]
  const [first, second] = [tree.watch(true), tree.watch(false, undefined, 'another-boot-id')]
  first.start(one)
  second.start(two)
  await tree.pass(1_000)
  one.run = 'run'
  first.decide(true)
  second.decide(true)
  await tree.pass(everyMs)
  await Promise.all([first.stop(), second.stop()])
  expect(one.words).toEqual(['start 1', 'cpu_usage 0 1', 'end 1'])
  expect(two.words).toEqual(['start 1', 'cpu_usage 0 1', 'end 1'])
  expect(two.series[0]?.source).toBe('host-another-')
})

test('what a killed process has left in the list does not count', async () => {
  const tree = new Tree()
  const folder = path.join(tree.folder, 'watching')
  fs.mkdirSync(folder)
  // Above the largest number that a process can have.
  fs.writeFileSync(path.join(folder, `${hostId}..4194305.7.gone`), '')
  fs.writeFileSync(path.join(folder, 'anything else'), '')
  const stream = new Stream('r')
  const watch = tree.watch()
  watch.start(stream)
  watch.decide(true)
  expect(fs.readdirSync(folder)).toHaveLength(2)
  await watch.stop()
  expect(stream.words).toEqual(['start 1', 'end 1'])
})

test('energy is that of the times in which a session watched, together', async () => {
  const tree = new Tree()
  const machine = new MachineTree(path.join(tree.folder, 'machine'))
  const uses = (joules: number): void => machine.zone('intel-rapl:0', 'package-0', joules * 1e6)
  uses(100)
  const places = { root: machine.root, nvml: 'none' }
  const energy = new MachineEnergy(tree.clock, everyMs, places).useOf({
    hostId,
    variables: {},
    python: async () => undefined,
    figures: new Figures(path.join(tree.folder, 'energy.json'), tree.clock),
    left: new LeftCounters(path.join(tree.folder, 'watching'), tree.clock, hostId),
  })
  const stream = new Stream('r')
  const watch = tree.watch(false, energy)
  watch.start(stream)
  uses(200)
  watch.decide(true)
  tree.clock.advance(900)
  uses(203)
  watch.decide(false)
  tree.clock.advance(900)
  uses(300)
  watch.decide(true)
  tree.clock.advance(900)
  uses(304)
  await watch.stop()
  expect(stream.words).toEqual(['start 1', '0 J', '3 J', 'end 1', 'start 1', '3 J', '7 J', 'end 1'])
})

test('a watcher that was stopped for a while writes nothing of the machine until it is told anew who watches', async () => {
  const tree = new Tree()
  const [one, two] = [new Stream('r'), new Stream('r')]
  const [first, second] = [tree.watch(), tree.watch()]
  first.start(one)
  second.start(two)
  first.decide(true)
  await tree.pass(1_000)
  const before = one.words.length
  await tree.stopFor(everyMs + 30_000)
  expect(one.words.slice(before)).toEqual([])
  first.decide(false)
  second.decide(true)
  await tree.pass(everyMs)
  expect(one.words.slice(before)).toEqual([expect.stringMatching(/^end /)])
  expect(two.words).toContainEqual(expect.stringMatching(/^cpu/))
})
