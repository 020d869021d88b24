import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { systemClock } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { describe, expect, test } from 'vitest'
import { works } from '../../../../test/support/needs.ts'
import type { Measurement } from '../../src/source/measurement.ts'
import { hostMeasurements, workerMeasurements } from '../../src/source/measurement.ts'
import { PortableMeters, workerUse } from '../../src/source/portable.ts'
import { ProcMeters } from '../../src/source/proc/meters.ts'
import { createMeters } from '../../src/source/system.ts'
import type { Meters } from '../../src/source/system.ts'
import { fixture, freshFolder } from '../support/place.ts'

/** A machine on which nothing happens but what a test writes. */
class Machine {
  readonly root = freshFolder()
  ms = 1_000
  readonly clock: Clock = { nowUs: () => 0, monotonicMs: () => this.ms, after: () => () => {} }

  write(name: string, text: string): void {
    const file = path.join(this.root, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }

  /** Times in clock ticks: its own, and of children it has waited for. */
  process(pid: number, parent: number, own: number, waited = 0, kibibytes = 1024): void {
    const times = `${own} 0 ${waited} 0`
    this.write(`proc/${pid}/stat`, `${pid} (a) b) c) S ${parent} 1 1 0 -1 0 0 0 0 0 ${times} 20 0 1 0 7\n`)
    this.write(`proc/${pid}/status`, `Name:\ta\nVmHWM:\t99999 kB\nVmRSS:\t    ${kibibytes} kB\n`)
  }

  ends(pid: number): void {
    fs.rmSync(path.join(this.root, 'proc', `${pid}`), { recursive: true })
  }

  host(busy: number, idle: number, transfers: number, bytes: number): void {
    this.write('proc/stat', `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n`)
    this.write('proc/meminfo', 'MemTotal:  1000 kB\nMemFree:  1 kB\nMemAvailable:  400 kB\n')
    this.write('sys/block/sda/stat', `  ${transfers} 0 0 0 ${transfers} 0 0 0 0 0 0\n`)
    this.write('sys/block/dm-0/stat', '  1000000 0 0 0 1000000 0 0 0 0 0 0\n')
    const row = (name: string, n: number): string => ` ${name}: ${n} 1 0 0 0 0 0 0 ${n * 2} 1 0 0 0 0 0 0\n`
    this.write('proc/net/dev', `Inter-|\n face |\n${row('lo', 1e9)}${row('eth0', bytes)}${row('ib0', bytes)}`)
  }

  sampler(rootPid: number): { sample(): Promise<Measurement[]> } {
    return watching(
      new ProcMeters(this.clock, path.join(this.root, 'proc'), path.join(this.root, 'sys')),
      rootPid,
    )
  }
}

/** What is known, of one process and its machine. */
function watching(meters: Meters, pid: number): { sample(): Promise<Measurement[]> } {
  meters.watch(pid)
  return {
    async sample() {
      const { host, worker } = await meters.sample()
      const use = worker(pid)
      const all = [
        ...(use === undefined ? [] : workerMeasurements(use)),
        ...hostMeasurements(host(), 'a-boot-id'),
      ]
      return all.filter(({ value }) => Number.isFinite(value))
    },
  }
}

function valuesOf(measurements: readonly Measurement[], source: string): Record<string, number> {
  const own = measurements.filter(({ name }) => name.source === source)
  return Object.fromEntries(own.map(({ name, value }) => [name.key, value]))
}

describe('a sample by /proc', () => {
  test('adds up the worker and all its descendants, in percent of one core', async () => {
    const machine = new Machine()
    for (const [pid, parent] of [
      [30, 20],
      [20, 10],
      [10, 1],
      [90, 80],
    ] as const)
      machine.process(pid, parent, 500)
    const sampler = machine.sampler(10)
    machine.ms += 2_000
    machine.process(30, 20, 600)
    machine.process(10, 1, 700)
    machine.process(90, 80, 9_000)
    expect(valuesOf(await sampler.sample(), 'worker')).toEqual({
      cpu_usage: 150,
      memory_bytes: 3 * 1024 * 1024,
      process_count: 3,
    })
  })

  test('counts what a child used that has come and gone since the sample before', async () => {
    const machine = new Machine()
    machine.process(10, 1, 100)
    const sampler = machine.sampler(10)
    machine.ms += 1_000
    machine.process(10, 1, 110, 40)
    expect(valuesOf(await sampler.sample(), 'worker')['cpu_usage']).toBeCloseTo(50)
  })

  test('counts a child’s time once when it passes to its parent’s account', async () => {
    const machine = new Machine()
    machine.process(10, 1, 100)
    machine.process(11, 10, 1_000)
    const sampler = machine.sampler(10)
    machine.ms += 1_000
    machine.ends(11)
    machine.process(10, 1, 110, 1_020)
    expect(valuesOf(await sampler.sample(), 'worker')).toMatchObject({ cpu_usage: 30, process_count: 1 })
  })

  test('does not fall below what is there when a child’s time is nobody’s', async () => {
    const machine = new Machine()
    machine.process(10, 1, 100)
    machine.process(11, 10, 1_000)
    const sampler = machine.sampler(10)
    machine.ms += 1_000
    machine.ends(11)
    machine.process(10, 1, 125)
    expect(valuesOf(await sampler.sample(), 'worker')['cpu_usage']).toBeCloseTo(25)
  })

  test('finds a descendant that was started since the sample before', async () => {
    const machine = new Machine()
    machine.process(10, 1, 0)
    machine.process(5, 1, 0)
    const sampler = machine.sampler(10)
    machine.ms += 1_000
    machine.process(12, 10, 20)
    machine.process(6, 5, 20)
    expect(valuesOf(await sampler.sample(), 'worker')).toMatchObject({ cpu_usage: 20, process_count: 2 })
  })

  test('says what the machine did since the sample before, without loopback and disks made of disks', async () => {
    const machine = new Machine()
    machine.host(100, 100, 50, 1_000)
    const sampler = machine.sampler(10)
    machine.ms += 10_000
    machine.host(130, 170, 100, 6_000)
    const measurements = await sampler.sample()
    expect(valuesOf(measurements, 'host-a-boot-i')).toEqual({
      cpu_usage: 30,
      memory_bytes: 600 * 1024,
      disk_transfers: 10,
      network_received: 1_000,
      network_sent: 2_000,
    })
    expect(valuesOf(measurements, 'worker')).toEqual({})
  })

  test('leaves out what the system does not tell', async () => {
    const machine = new Machine()
    machine.process(10, 1, 0)
    const sampler = machine.sampler(10)
    machine.ms += 1_000
    expect((await sampler.sample()).map(({ name }) => `${name.source}/${name.key}`)).toEqual([
      'worker/cpu_usage',
      'worker/memory_bytes',
      'worker/process_count',
    ])
  })

  test('of a real process sees it and its child', async (context) => {
    if (!fs.existsSync('/proc/self/stat')) context.skip('there is no /proc')
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    try {
      const worker = valuesOf(await watching(new ProcMeters(systemClock()), process.pid).sample(), 'worker')
      expect(worker['process_count']).toBeGreaterThanOrEqual(2)
      expect(worker['memory_bytes']).toBeGreaterThan(process.memoryUsage.rss())
    } finally {
      child.kill('SIGKILL')
    }
  })
})

test('in a pid namespace without a /proc of its own no process of another number is taken for the worker', (context) => {
  const inside = ['-fp', '--kill-child', process.execPath, fixture('tell-use.mjs')]
  let told = ''
  try {
    execFileSync('unshare', ['-fp', '--kill-child', 'true'], { stdio: 'ignore' })
  } catch {
    context.skip('unshare makes no pid namespace here')
  }
  told = execFileSync('unshare', inside, { encoding: 'utf8', timeout: 30_000 })
  // Ours is number 1 there, which in /proc is the first process of the machine.
  expect(JSON.parse(told)).toMatchObject({ own: { processes: 2 }, child: null })
})

describe('a sample by systeminformation', () => {
  const one = (pid: number, parentPid: number, cpu: number, memRss: number) => ({
    pid,
    parentPid,
    cpu,
    memRss,
  })

  test('adds up the worker and all its descendants', () => {
    const list = [one(3, 2, 1, 10), one(2, 1, 2, 20), one(1, 0, 4, 40), one(9, 8, 100, 100)]
    expect(workerUse(list, 1)).toEqual({ cpuPercent: 7, memoryBytes: 70 * 1024, processes: 3 })
  })

  test('of this process has finite values with units', async ({ skip }) => {
    skip(!works('ps', []), 'needs ps, which systeminformation asks')
    expectRight(await watching(new PortableMeters(), process.pid).sample())
  })
})

test('a sample of this process has finite values with units, on any system', async () => {
  expectRight(await watching(createMeters(systemClock()), process.pid).sample())
})

function expectRight(measurements: readonly Measurement[]): void {
  expect(valuesOf(measurements, 'worker')['memory_bytes']).toBeGreaterThan(1_000_000)
  expect(measurements.every(({ name, value }) => name.unit !== '' && Number.isFinite(value))).toBe(true)
}
