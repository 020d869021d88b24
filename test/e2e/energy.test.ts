import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { describe, expect, test } from 'vitest'
import { folder, startProvloom } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { until } from '../support/job.ts'
import { Machine, hasNamespaces } from '../support/machine.ts'
import { named } from '../support/needs.ts'
import { site } from '../support/site.ts'
import type { RunSeen, Site } from '../support/site.ts'
import { textIn, toldIn } from '../support/spool.ts'

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

const often = ['--sample-interval-seconds', '1'] as const

interface SessionSeen {
  /** It has been let into a run, and told whether it is the one that watches; undefined before. */
  readonly run: string | undefined
  /** It watches, and has told what a device took. */
  readonly watches: boolean
}

function sessionsIn(spoolRoot: string): SessionSeen[] {
  return namesIn(spoolRoot).flatMap((tree) => {
    const folder = path.join(spoolRoot, tree, 'sessions')
    return namesIn(folder).map((name) => sessionSeen(path.join(folder, name)))
  })
}

function sessionSeen(session: string): SessionSeen {
  const told = toldIn(path.join(session, 'streams'))
  const edge = [...told.matchAll(/"type":"watch","edge":"(start|end)"/g)].at(-1)?.[1]
  return {
    run: /"runId":"([^"]+)"/.exec(textIn(path.join(session, 'control.json')))?.[1],
    watches: edge === 'start' && told.includes('"device":"package-1"'),
  }
}

/**
 * So many sessions are there, each has been let into its run, and one watches for each run: before it is told, a session
 * may begin that another takes over from, and what happens between the two nobody counts.
 */
function eachWatchedByOne(sessions: readonly SessionSeen[], many: number): boolean {
  const runs = new Set(sessions.map(({ run }) => run))
  const watched = sessions.flatMap(({ run, watches }) => (watches ? [run] : []))
  return (
    sessions.length === many &&
    !runs.has(undefined) &&
    watched.length === runs.size &&
    new Set(watched).size === runs.size
  )
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
    await until(() => eachWatchedByOne(sessionsIn(here.spoolRoot), 9))
    machine.shows(40)
    fs.writeFileSync(end, '')
    for (const run of runs) expect((await run.ended).code).toBe(0)
    const all = here.runs()
    expect(all).toHaveLength(2)
    for (const run of all) {
      const { host, ranks, nobody } = account(run)
      expect([host, ranks + nobody]).toEqual([120, 120])
      const { graph } = run
      const totals = graph.ofType('EnergyTotal')
      expect(graph.each(totals, 'measuredJoules').map(Number)).toEqual([120])
      expect(graph.each(graph.ofType('Energy'), 'device').sort()).toEqual(['package-0', 'package-1', 'psys'])
      expect(graph.each(graph.ofType('Emissions'), 'measuredGramsCO2e').map(Number)).toEqual([
        (120 / 3.6e6) * 360,
      ])
      expect(graph.violations()).toEqual([])
    }
    // What no rank of either run has, as each run sees it: with the ranks of both it is the machine, to the joule.
    const [one, other] = all.map(account)
    const nobodys = one!.nobody - other!.ranks
    expect(nobodys).toBeGreaterThanOrEqual(0)
    expect([nobodys, other!.nobody - one!.ranks]).toEqual([nobodys, nobodys])
    expect(one!.ranks + other!.ranks + nobodys).toBe(one!.host)
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
    const machines = [roots.slice(0, 2), roots.slice(2)]
    await until(() => machines.every((of) => eachWatchedByOne(of.flatMap(sessionsIn), of.length)))
    one.shows(40)
    other.shows(20)
    fs.writeFileSync(end, '')
    for (const started of [...agents, aggregator]) expect((await started.ended).code).toBe(0)
    const [run] = here.runs()
    const watched = run!.graph.each(run!.graph.ofType('HostWatch'), 'measuredJoules')
    expect(watched.map(Number).sort((a, b) => a - b)).toEqual([60, 120])
  }, 60_000)
})
