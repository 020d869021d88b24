import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MortalClock } from '../../support/clock.ts'
import { EnergyScene } from '../../support/energy-scene.ts'
import type { EnergyStream } from '../../support/energy-stream.ts'

/** Where a package's counter begins anew, microjoules. */
const rangeUj = 262_143_328_850

test('two packages and their memory are counted, cores in them and the platform around them are recorded only', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  const uses = (joules: number): void => {
    machine.zone('intel-rapl:0', 'package-0', 1e6 * joules)
    machine.zone('intel-rapl:0:0', 'core', 0.5e6 * joules)
    machine.zone('intel-rapl:0:1', 'dram', 0.1e6 * joules)
    machine.zone('intel-rapl:1', 'package-1', 2e6 * joules)
    machine.zone('intel-rapl:2', 'psys', 4e6 * joules)
    machine.zone('intel-rapl-mmio:0', 'package-0', 1e6 * joules)
  }
  uses(7)
  const { use, stream } = scene.watch()
  await scene.pass(() => uses(107))
  await use.end()
  expect(stream.words()).toEqual([
    'package-0 measured 100 J',
    'package-0/core measured 50 J (not counted)',
    'package-0/dram measured 10 J',
    'package-1 measured 200 J',
    'psys measured 400 J (not counted)',
  ])
  expect(stream.of('package-0')).toMatchObject({
    covers: 'package',
    method: 'RAPL',
    coveredMs: 10_000,
    leastWatts: 10,
    mostWatts: 10,
    source: expect.stringContaining('intel-rapl:0/energy_uj'),
  })
  // Twice 15.3 microjoules either way, where it began and where it ended.
  expect(stream.of('package-0')?.lowerJoules).toBeCloseTo(100 - 30.6e-6, 6)
  expect(stream.of('package-0')?.upperJoules).toBeCloseTo(100 + 30.6e-6, 6)
  expect(stream.odd()).toEqual([])
})

test('a counter that begins anew goes on: 262,143 J less 100 J before, 200 J behind it, are 300 J', async () => {
  const scene = new EnergyScene()
  scene.machine.zone('intel-rapl:0', 'package-0', rangeUj - 100e6)
  const { use, stream } = scene.watch()
  await scene.pass(() => scene.machine.zone('intel-rapl:0', 'package-0', 200e6))
  await use.end()
  expect(stream.words()).toEqual(['package-0 measured 300 J'])
  expect(stream.odd()).toEqual([])
})

test('a counter that was set back is not taken for one that began anew: its interval is not counted, and told', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  machine.zone('intel-rapl:0', 'package-0', 100e6)
  const { use, stream } = scene.watch()
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 1_100e6))
  // To have gone around since it would have taken 26 kW.
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 5e6))
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 305e6))
  await use.end()
  expect(stream.of('package-0')).toMatchObject({
    joules: 1300,
    coveredMs: 20_000,
    leastWatts: 30,
    mostWatts: 100,
  })
  expect(stream.odd()).toEqual(['energy of package-0 was set back, or set anew: 10 s are not counted'])
})

test('of two readings close together the second may have what was used since the update before the first: it counts, and is no power', async () => {
  const scene = new EnergyScene()
  const { machine, clock } = scene
  machine.cray('energy', 1000)
  const { use, stream } = scene.watch()
  await scene.pass(() => machine.cray('energy', 4000))
  // A node of 3 kW whose counter is updated ten times a second.
  clock.advance(0.01)
  machine.cray('energy', 4300)
  await use.end()
  expect(stream.of('node')).toMatchObject({ joules: 3300, leastWatts: 300, mostWatts: 300 })
  expect(stream.odd()).toEqual([])
})

test('a watch that stood still for a while counts on, unless the counter may have gone around more than once', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  machine.zone('intel-rapl:0', 'package-0', 0)
  const { use, stream } = scene.watch()
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 6_000e6), 60_000)
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 7_000e6), 10_000)
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 8_000e6), 600_000)
  await use.end()
  expect(stream.of('package-0')).toMatchObject({ joules: 7000, coveredMs: 70_000 })
  expect(stream.odd()).toEqual([
    'energy of its watch stood still for 50 s; counters went on',
    'energy of its watch stood still for 590 s; counters went on',
    'energy of package-0 was not read for 600 s, in which its counter may have begun anew more than once',
  ])
})

test('a device that is gone is told once, and what it took until then stands', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  machine.amd(0, 'aabb', 1000)
  machine.amd(1, 'ccdd', 1000)
  const { use, stream } = scene.watch()
  await scene.pass()
  await scene.pass(() => {
    machine.amd(0, 'aabb', 1500)
    machine.amd(1, 'ccdd', 1400)
  })
  await scene.pass(() => {
    machine.amd(0, 'aabb', 2000)
    machine.remove('sys/class/drm/card1')
  })
  await scene.pass()
  await use.end()
  expect(stream.words()).toContain('GPU-aabb measured 1000 J')
  expect(stream.of('GPU-ccdd')).toMatchObject({ joules: 400, coveredMs: 20_000, index: 1 })
  expect(stream.odd()).toEqual([
    'energy of GPU-ccdd cannot be read any more: what it takes from now on is not known',
  ])
})

test('a node that counts itself is recorded beside its devices: what it has beyond them is the rest, and all are the node', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  const uses = (seconds: number): void => {
    machine.cray('energy', 500 * seconds)
    machine.cray('cpu_energy', 200 * seconds)
    machine.cray('memory_energy', 50 * seconds)
    machine.cray('accel0_energy', 100 * seconds)
    machine.cray('startup', 77)
    machine.zone('intel-rapl:0', 'package-0', 190e6 * seconds)
  }
  uses(1000)
  const { use, stream } = scene.watch()
  await scene.pass(() => uses(1010))
  await use.end()
  expect(stream.words()).toEqual([
    'accelerator-0 measured 1000 J',
    'processors measured 2000 J',
    'node measured 5000 J (not counted)',
    'memory measured 500 J',
    'package-0 measured 1900 J (not counted)',
    'rest measured 1500 J',
  ])
})

test("HPE's counters that begin anew are told: what was before is not counted, whatever they show", async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  const shows = (joules: number, startup: number): void => {
    machine.cray('energy', joules)
    machine.cray('startup', startup)
  }
  shows(1000, 1)
  const { use, stream } = scene.watch()
  await scene.pass(() => shows(1100, 2))
  await scene.pass(() => shows(1600, 2))
  await use.end()
  expect(stream.of('node')).toMatchObject({ joules: 500, coveredMs: 10_000 })
  expect(stream.odd()).toEqual(['energy of node was set back, or set anew: 10 s are not counted'])
})

test('a form of metrics that has no counter is unknown, with its reason', async () => {
  const scene = new EnergyScene()
  scene.machine.amd(0, 'aabb', undefined)
  scene.machine.zone('intel-rapl:0', 'package-0', 1)
  const { stream } = scene.watch()
  await scene.pass()
  expect(stream.of('GPU-aabb')).toMatchObject({
    kind: 'unknown',
    reason: 'gpu_metrics: its form 2.3 has no counter of energy',
  })
  expect(stream.of('GPU-aabb')).not.toHaveProperty('joules')
})

test('a container that sees no counters says so: nothing said must not look like nothing used', async () => {
  const scene = new EnergyScene()
  fs.mkdirSync(path.join(scene.machine.root, 'sys/class/powercap'), { recursive: true })
  const { stream } = scene.watch()
  expect(stream.words()).toEqual(['processors unknown (not counted)'])
  expect(stream.of('processors')?.reason).toMatch(
    /powercap is empty or not there: virtual machines and most containers/,
  )
})

test('a counter that cannot be read is estimated from what the package may take, by the time that its processors are not idle', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  machine.zone('intel-rapl:0', 'package-0', 1)
  machine.remove('sys/class/powercap/intel-rapl:0/energy_uj')
  machine.zone('intel-rapl:0:0', 'dram', 1)
  machine.remove('sys/class/powercap/intel-rapl:0:0/energy_uj')
  machine.cap('intel-rapl:0', 200)
  machine.processors(100, 100)
  const { use, stream } = scene.watch()
  await scene.pass(() => machine.processors(110, 130))
  await scene.pass(() => machine.processors(130, 150))
  await use.end()
  // A quarter of 200 W, then a half of it, for 10 s each.
  expect(stream.of('package-0')).toMatchObject({
    kind: 'estimated',
    counted: true,
    joules: 1500,
    lowerJoules: 0,
    upperJoules: 4000,
    reason: 'energy_uj: it is not there',
  })
  expect(stream.of('package-0/dram')).toMatchObject({ kind: 'unknown', reason: 'energy_uj: it is not there' })
})

test('a counter that only root may read says so, with what would allow it', () => {
  const { machine } = new EnergyScene()
  machine.zone('intel-rapl:0', 'package-0', 1)
  fs.chmodSync(path.join(machine.root, 'sys/class/powercap/intel-rapl:0/energy_uj'), 0)
  for (
    let folder = machine.root;
    folder !== path.dirname(folder) && folder !== '/tmp';
    folder = path.dirname(folder)
  )
    fs.chmodSync(folder, 0o755)
  const module = new URL('../../../dist/source/energy/rapl.js', import.meta.url).href
  const program = `import { RaplSource } from ${JSON.stringify(module)}
    console.log(JSON.stringify(new RaplSource(process.argv[1], () => 0).find().unknown))`
  // Root may read everything: somebody else looks.
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', program, machine.root], {
    ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}),
    cwd: fileURLToPath(new URL('/', import.meta.url)),
    encoding: 'utf8',
  })
  const file = path.join(machine.root, 'sys/class/powercap/intel-rapl:0/energy_uj')
  expect(JSON.parse(told)).toEqual([
    {
      device: 'package-0',
      covers: 'package',
      reason: `energy_uj: permission denied (root allows it: chmod a+r ${file})`,
    },
  ])
})

test('two runs of one tree count the machine each, from where each began', async () => {
  const scene = new EnergyScene()
  const { machine } = scene
  machine.zone('intel-rapl:0', 'package-0', 0)
  const one = scene.watch()
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 100e6))
  const other = scene.watch()
  await scene.pass(() => machine.zone('intel-rapl:0', 'package-0', 250e6))
  await one.use.end()
  await other.use.end()
  expect([one, other].map(({ stream }) => stream.words())).toEqual([
    ['package-0 measured 250 J'],
    ['package-0 measured 150 J'],
  ])
})

test('a watch whose agent is killed ten times loses no more than the times between where nobody finds what it left: nothing is counted twice', async () => {
  const scene = new EnergyScene()
  const { machine, clock } = scene
  let joules = 0
  const show = (more: number): void => machine.zone('intel-rapl:0', 'package-0', (joules += more) * 1e6)
  show(50)
  const streams: EnergyStream[] = []
  for (let life = 0; life <= 10; life++) {
    const own = new MortalClock(clock)
    const agent = new EnergyScene({ machine, clock: own })
    streams.push(agent.watch().stream)
    await agent.pass(() => show(100))
    await agent.pass(() => show(100))
    // It is killed within an interval, and the next one is told to watch before another has passed.
    await agent.pass(() => show(30), 3_000)
    own.kill()
    await agent.pass(() => show(70), 7_000)
  }
  const counted = streams.map((stream) => stream.of('package-0'))
  expect(counted.map((one) => [one?.joules, one?.coveredMs])).toEqual(streams.map(() => [200, 20_000]))
  // 11 lives of 30 s: of each the last 10 s, half of what two intervals are, are not counted, and no joule is twice.
  expect(joules - 50).toBe(11 * 300)
})
