import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { describe, expect, test } from 'vitest'
import { folder, startProvloom } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { until } from '../support/job.ts'
import { named, works } from '../support/needs.ts'
import { site } from '../support/site.ts'
import type { RunSeen, Site } from '../support/site.ts'

/** Ranks that compute a little, until there is a file. */
const script = `
import os, sys, time, provloom
provloom.start_run("www.example.org", "e", collect_all_processes=True)
provloom.log_metric("loss", 1.0, step=1)
while not os.path.exists(sys.argv[1]):
    sum(range(10000))
    time.sleep(0.05)
provloom.end_run(wait=False)
`

/** A machine's counters stand where /sys/class is, its boot id where the kernel has it, and it may have a name of its own. */
const asAnother =
  'mount --bind "$CLASS" /sys/class && mount --bind "$BOOT" /proc/sys/kernel/random/boot_id && { [ -z "$NAME" ] || hostname "$NAME"; } && exec "$@"'
const hasNamespaces = works('unshare', ['-m', '-u', 'true'])

const often = ['--sample-interval-seconds', '1'] as const

/** A machine of two packages, whose platform counts them again. */
class Machine {
  readonly class = folder()
  readonly #boot = path.join(folder(), 'boot_id')

  constructor(bootId: string) {
    fs.writeFileSync(this.#boot, `${bootId}\n`)
    this.shows(0)
  }

  shows(joules: number): void {
    const zone = (name: string, label: string, used: number): void => {
      const place = path.join(this.class, 'powercap', name)
      fs.mkdirSync(place, { recursive: true })
      const files = { name: label, energy_uj: (1_000 + used) * 1e6, max_energy_range_uj: 262_143_328_850 }
      // Whole, whenever it is read.
      for (const [file, text] of Object.entries(files)) {
        fs.writeFileSync(path.join(place, `.${file}`), `${text}\n`)
        fs.renameSync(path.join(place, `.${file}`), path.join(place, file))
      }
    }
    zone('intel-rapl:0', 'package-0', joules)
    zone('intel-rapl:1', 'package-1', 2 * joules)
    zone('intel-rapl:2', 'psys', 4 * joules)
  }

  /** In front of a command that runs on it. */
  front(name = ''): readonly string[] {
    const variables = [`CLASS=${this.class}`, `BOOT=${this.#boot}`, `NAME=${name}`]
    return ['env', ...variables, 'unshare', '-m', '-u', 'sh', '-c', asAnother, 'sh']
  }
}

/** Sessions below spool roots that watch now and have told what a device took; of each what its run is. */
function watchersIn(spoolRoots: readonly string[]): string[] {
  const sessions = spoolRoots.flatMap((root) =>
    namesIn(root).flatMap((tree) => {
      const folder = path.join(root, tree, 'sessions')
      return namesIn(folder).map((name) => path.join(folder, name))
    }),
  )
  return sessions.flatMap((session) => {
    const told = filesBelow(path.join(session, 'streams')).map(textOf).join('')
    const edge = [...told.matchAll(/"type":"watch","edge":"(start|end)"/g)].at(-1)?.[1]
    return edge === 'start' && told.includes('"device":"package-1"')
      ? [textOf(path.join(session, 'control.json'))]
      : []
  })
}

/** Of two runs one each, whoever began to watch before it was told. */
function bothWatch(here: Site): boolean {
  const runs = watchersIn([here.spoolRoot]).flatMap((facts) => /"runId":"[^"]+"/.exec(facts)?.[0] ?? [])
  return new Set(runs).size === 2
}

/** What is there at this moment: folders come and go. */
function filesBelow(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const one = path.join(folder, name)
    return name.endsWith('.seg') ? [one] : filesBelow(one)
  })
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function started(
  here: Site,
  front: readonly string[],
  args: readonly string[],
  env: Record<string, string> = {},
): Started {
  const [command = '', ...words] = front
  return here.start(command, [...words, ...args], { env: { ...here.env, ...env } })
}

/** Whole joules: the machine's, its ranks', and nobody's. */
function account({ graph }: RunSeen): {
  readonly host: number
  readonly ranks: number
  readonly nobody: number
} {
  const sum = (type: string, attribute: string): number =>
    graph.each(graph.ofType(type), attribute).reduce((all, one) => all + Number(one), 0)
  return {
    host: sum('HostWatch', 'measuredJoules'),
    ranks: sum('RankExecution', 'measuredJoules'),
    nobody: sum('HostWatch', 'unattributedMeasuredJoules'),
  }
}

describe.skipIf(!hasNamespaces)(named('energy of a machine', hasNamespaces, 'no unshare'), () => {
  test('of eight ranks, and of another run beside them, is what its counters counted, once', async () => {
    const [here, machine] = [site(), new Machine('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee')]
    const end = path.join(folder(), 'end')
    const file = here.script('t.py', script)
    const runs = [8, 1].map((ranks) =>
      started(here, machine.front(), [
        'provloom',
        'run',
        '-n',
        String(ranks),
        '--collect-all-processes',
        '--carbon-intensity',
        '360',
        ...often,
        '--',
        'python3',
        file,
        end,
      ]),
    )
    await until(() => bothWatch(here))
    machine.shows(100)
    fs.writeFileSync(end, '')
    for (const run of runs) expect((await run.ended).code).toBe(0)
    const all = here.runs()
    expect(all).toHaveLength(2)
    for (const run of all) {
      const { host, ranks, nobody } = account(run)
      expect([host, ranks + nobody]).toEqual([300, 300])
      const { graph } = run
      const totals = graph.ofType('EnergyTotal')
      expect(graph.each(totals, 'measuredJoules').map(Number)).toEqual([300])
      expect(graph.each(graph.ofType('Energy'), 'device').sort()).toEqual(['package-0', 'package-1', 'psys'])
      expect(graph.each(graph.ofType('Emissions'), 'measuredGramsCO2e').map(Number)).toEqual([
        (300 / 3.6e6) * 360,
      ])
      expect(graph.violations()).toEqual([])
    }
    const both = all.map(account).reduce((sum, { ranks }) => sum + ranks, 0)
    expect(both).toBeLessThanOrEqual(300)
  }, 60_000)

  test('of two machines is each one its own; of two containers of one, with nothing in common but the boot id, once', async () => {
    const here = site()
    const end = path.join(folder(), 'end')
    const file = here.script('t.py', script)
    const [one, other] = [
      new Machine('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'),
      new Machine('bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee'),
    ]
    const shared = ['--provenance-save-dir', here.saveDir, '--job-key', 'energy']
    const aggregator = startProvloom(
      ['aggregator', ...shared, '--collect-all-processes', '--exit-when-done', '--json'],
      { env: here.env },
    )
    await aggregator.seen(/listening/)
    const places = [
      [one, 'pod-1'],
      [one, 'pod-2'],
      [other, 'node-2'],
    ] as const
    const roots = places.map(() => folder())
    const agents = places.map(([machine, name], rank) =>
      started(
        here,
        machine.front(name),
        ['provloom', 'agent', ...shared, '--spool-root', roots[rank]!, ...often, '--', 'python3', file, end],
        { RANK: String(rank), LOCAL_RANK: '0', WORLD_SIZE: '3' },
      ),
    )
    await aggregator.seen(/"rank-admitted".*"rank-admitted".*"rank-admitted"/s)
    // Of each machine one: a second container may have begun before it was told that it need not.
    await until(() => [roots.slice(0, 2), roots.slice(2)].every((of) => watchersIn(of).length === 1))
    one.shows(100)
    other.shows(50)
    fs.writeFileSync(end, '')
    for (const started of [...agents, aggregator]) expect((await started.ended).code).toBe(0)
    const [run] = here.runs()
    const watched = run!.graph.each(run!.graph.ofType('HostWatch'), 'measuredJoules')
    expect(watched.map(Number).sort((a, b) => a - b)).toEqual([150, 300])
  }, 60_000)
})
