import { describe, expect, test } from 'vitest'
import { EnergyScene } from '../../support/energy-scene.ts'
import type { EnergyStream } from '../../support/energy-stream.ts'

/** Where a package's counter begins anew, microjoules. */
const rangeUj = 262_143_328_850

interface Right {
  readonly device: string
  readonly kind: string
  readonly counted: boolean
  readonly joules: number | undefined
  /** Of the time that was watched, in percent. */
  readonly coverage: number | undefined
}

/** What was told of a device, beside how long all of it was watched. */
function toldOf(stream: EnergyStream, watchedMs: number, method?: string): (device: string) => Right {
  return (device) => {
    const { kind = 'none', counted = false, joules, coveredMs } = stream.of(device, method) ?? {}
    const coverage = coveredMs === undefined ? undefined : Math.round((100 * coveredMs) / watchedMs)
    return { device, kind, counted, joules, coverage }
  }
}

const right = (
  device: string,
  kind: string,
  joules: number | undefined,
  coverage: number | undefined,
  counted = kind !== 'unknown',
): Right => ({ device, kind, counted, joules, coverage })

/** Each course is 60 s, six intervals of 10 s, or what it says. */
describe('figure, kind and coverage beside what is right by hand', () => {
  test.each<{
    readonly course: string
    /** Prepares the machine; @returns what it shows at the end of an interval, from 1 on. */
    readonly begins: (scene: EnergyScene) => (interval: number) => void
    /** Another time than an interval's passes. */
    readonly lasts?: (interval: number) => number
    readonly rights: readonly Right[]
  }>([
    {
      // 250 kJ, 12,143.32885 J to the end of the range, then 17,856.67115 J: 5 kJ in each interval.
      course: 'a counter that goes around',
      begins: ({ machine }) => {
        const at = (joules: number): void =>
          machine.zone('intel-rapl:0', 'package-0', (250e9 + joules * 1e6) % rangeUj)
        at(0)
        return (interval) => at(5_000 * interval)
      },
      rights: [right('package-0', 'measured', 30_000, 100)],
    },
    {
      // No figure: the reason has the file, and what would allow it.
      course: 'a counter that cannot be read, and nothing that would guess it',
      begins: ({ machine }) => {
        machine.zone('intel-rapl:0', 'package-0', 1)
        machine.remove('sys/class/powercap/intel-rapl:0/energy_uj')
        return () => {}
      },
      rights: [right('package-0', 'unknown', undefined, undefined)],
    },
    {
      // 150 W at most, and half of the time not idle: 75 W for 60 s.
      course: 'a counter that cannot be read, of a package whose limit can',
      begins: ({ machine }) => {
        machine.zone('intel-rapl:0', 'package-0', 1)
        machine.remove('sys/class/powercap/intel-rapl:0/energy_uj')
        machine.cap('intel-rapl:0', 150)
        machine.processors(0, 0)
        return (interval) => machine.processors(10 * interval, 10 * interval)
      },
      rights: [right('package-0', 'estimated', 4_500, 100)],
    },
    {
      // 100 J in each of three intervals; then the package is taken out of the running machine.
      course: 'a package that vanishes after half of the time, beside one that stays',
      begins: ({ machine }) => {
        machine.zone('intel-rapl:0', 'package-0', 0)
        machine.zone('intel-rapl:1', 'package-1', 0)
        return (interval) => {
          machine.zone('intel-rapl:0', 'package-0', 50e6 * interval)
          if (interval <= 3) machine.zone('intel-rapl:1', 'package-1', 100e6 * interval)
          if (interval === 4) machine.remove('sys/class/powercap/intel-rapl:1')
        }
      },
      rights: [right('package-0', 'measured', 300, 100), right('package-1', 'measured', 300, 50)],
    },
    {
      // 100 J in each interval but the fourth, in which it was set to 7 J: five intervals are known.
      course: 'a counter that is reset',
      begins: ({ machine }) => {
        machine.zone('intel-rapl:0', 'package-0', 1_000e6)
        const before = (interval: number): number => 1_000 + 100 * interval
        const since = (interval: number): number => 7 + 100 * (interval - 4)
        return (interval) =>
          machine.zone('intel-rapl:0', 'package-0', (interval < 4 ? before(interval) : since(interval)) * 1e6)
      },
      rights: [right('package-0', 'measured', 500, 83)],
    },
    {
      // 10 W for 10 s, 40 s (of which 30 suspended) and 4 times 10 s: the counter went on all the time.
      course: 'a process that was suspended for 30 s',
      begins: ({ machine }) => {
        machine.zone('intel-rapl:0', 'package-0', 0)
        return (interval) =>
          machine.zone('intel-rapl:0', 'package-0', (interval < 2 ? 100 : 100 * interval + 300) * 1e6)
      },
      lasts: (interval) => (interval === 2 ? 40_000 : 10_000),
      rights: [right('package-0', 'measured', 900, 100)],
    },
    {
      // Half an hour, in which the counter may have gone around, is not known: five intervals are, 50 s of 1,850.
      course: 'a process that was suspended for half an hour',
      begins: ({ machine }) => {
        machine.zone('intel-rapl:0', 'package-0', 0)
        return (interval) => machine.zone('intel-rapl:0', 'package-0', 100e6 * interval)
      },
      lasts: (interval) => (interval === 2 ? 1_800_000 : 10_000),
      rights: [right('package-0', 'measured', 500, 3)],
    },
    {
      // 600 J of the node, of which processors have 240, memory 60, accelerators 180; 120 are the rest.
      course: 'a node that counts itself beside its devices',
      begins: ({ machine }) => {
        const at = (tenths: number): void => {
          machine.cray('energy', 1_000 + 10 * tenths)
          machine.cray('cpu_energy', 100 + 4 * tenths)
          machine.cray('memory_energy', 50 + tenths)
          machine.cray('accel0_energy', 70 + 3 * tenths)
        }
        at(0)
        return (interval) => at(10 * interval)
      },
      rights: [
        right('node', 'measured', 600, 100, false),
        right('processors', 'measured', 240, 100),
        right('memory', 'measured', 60, 100),
        right('accelerator-0', 'measured', 180, 100),
        right('rest', 'measured', 120, 100),
      ],
    },
    {
      // The platform has what its packages have once more, and 60 J besides, which are told and counted by nobody.
      course: 'a platform that counts its packages again',
      begins: ({ machine }) => {
        const at = (interval: number): void => {
          machine.zone('intel-rapl:0', 'package-0', 20e6 * interval)
          machine.zone('intel-rapl:1', 'package-1', 30e6 * interval)
          machine.zone('intel-rapl:2', 'psys', 60e6 * interval)
        }
        at(0)
        return at
      },
      rights: [
        right('package-0', 'measured', 120, 100),
        right('package-1', 'measured', 180, 100),
        right('psys', 'measured', 360, 100, false),
      ],
    },
  ])('of $course', async ({ begins, lasts = () => 10_000, rights }) => {
    const scene = new EnergyScene()
    const shows = begins(scene)
    const { use, stream } = scene.watch()
    let watchedMs = 0
    for (let interval = 1; interval <= 6; interval++) {
      watchedMs += lasts(interval)
      await scene.pass(() => shows(interval), lasts(interval))
    }
    await use.end()
    const known = rights.map(({ device }) => device)
    expect(known.map(toldOf(stream, watchedMs))).toEqual(rights)
  })
})

test('a place that the table does not know has no emissions, and it is told why', async () => {
  const scene = new EnergyScene({ carbon: { zone: 'ATLANTIS' } })
  const { use, stream } = scene.watch()
  while (stream.odd().length === 0) await scene.pass()
  await use.end()
  expect(stream.odd()).toEqual([
    'emissions are not told: no carbon intensity is known of zone ATLANTIS: zones are those of Electricity Maps (FR, DE, US-CAL-CISO)',
  ])
  expect(stream.facts.filter(({ type }) => type === 'carbon')).toEqual([])
})
