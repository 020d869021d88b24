import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, namesIn } from '@provloom/shared'
import { describe, expect, onTestFinished, test } from 'vitest'
import { folder, startProvloom } from '../support/cli.ts'
import { enduring } from '../support/effort.ts'
import { until } from '../support/job.ts'
import { Machine, hasNamespaces } from '../support/machine.ts'
import { named } from '../support/needs.ts'
import { site } from '../support/site.ts'
import { textIn, toldIn } from '../support/spool.ts'

const kills = enduring ? 10 : 2

/** A rank that computes until there is a file. */
const script = `
import os, sys, time, provloom
provloom.start_run("www.example.org", "e", collect_all_processes=True)
while not os.path.exists(sys.argv[1]):
    sum(range(10000))
    time.sleep(0.05)
provloom.end_run(wait=False)
`

/** The tree whose session watches the machine, with the streams that have told what a device took. */
function watching(spoolRoot: string): { readonly tree: string; readonly counting: number } | undefined {
  return namesIn(spoolRoot)
    .filter((name) => namesIn(path.join(spoolRoot, name)).includes('sessions'))
    .flatMap((name) => {
      const tree = path.join(spoolRoot, name)
      const streams = namesIn(path.join(tree, 'sessions')).flatMap((session) => {
        const place = path.join(tree, 'sessions', session, 'streams')
        return namesIn(place).map((stream) => toldIn(path.join(place, stream)))
      })
      const edges = streams.flatMap((text) => [...text.matchAll(/"type":"watch","edge":"(start|end)"/g)])
      const counting = streams.filter((text) => text.includes('"device":"package-1"')).length
      return edges.at(-1)?.[1] === 'start' && counting > 0 ? [{ tree, counting }] : []
    })[0]
}

describe.skipIf(!hasNamespaces)(named('the watch of a machine', hasNamespaces, 'no unshare'), () => {
  test(`whose agent is killed ${kills} times counts all that the machine took, and nothing twice`, async () => {
    const [here, machine] = [site(), new Machine('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee')]
    const end = path.join(folder(), 'end')
    const file = here.script('t.py', script)
    let shown = 0
    const course = setInterval(() => machine.shows(++shown), 50)
    onTestFinished(() => clearInterval(course))
    const shared = ['--provenance-save-dir', here.saveDir, '--job-key', 'energy']
    const often = ['--spool-root', here.spoolRoot, '--sample-interval-seconds', '1']
    const agent = (words: readonly string[], rank: number): ReturnType<typeof here.start> => {
      const [command = '', ...front] = machine.front()
      const env = { ...here.env, RANK: String(rank), LOCAL_RANK: String(rank), WORLD_SIZE: '2' }
      return here.start(command, [...front, 'provloom', 'agent', ...shared, ...often, ...words], { env })
    }
    const aggregator = startProvloom(
      ['aggregator', ...shared, '--collect-all-processes', '--exit-when-done', '--json'],
      { env: here.env },
    )
    await aggregator.seen(/listening/)
    const first = agent(['--', 'python3', file, end], 0)
    await until(() => watching(here.spoolRoot) !== undefined)
    const shownThen = shown
    agent(['--', 'python3', file, end], 1)
    await aggregator.seen(/"rank-admitted".*"rank-admitted"/s)
    for (let kill = 0; kill < kills; kill++) {
      const { tree, counting } = watching(here.spoolRoot)!
      const pid = fieldsIn(textIn(path.join(tree, 'agent.json'))).get('pid')
      process.kill(Number(pid), 'SIGKILL')
      agent(['--tree', tree], 0)
      await until(() => (watching(here.spoolRoot)?.counting ?? 0) > counting)
    }
    clearInterval(course)
    fs.writeFileSync(end, '')
    await first.ended
    expect((await aggregator.ended).code).toBe(0)
    const [run] = here.runs()
    const { graph } = run!
    const sum = (type: string, attribute: string): number =>
      graph.each(graph.ofType(type), attribute).reduce((all, one) => all + Number(one), 0)
    const host = sum('HostWatch', 'measuredJoules')
    // Two packages: for each joule of the first the second takes two.
    expect(host).toBeLessThanOrEqual(3 * shown)
    expect(host).toBeGreaterThanOrEqual(3 * (shown - shownThen))
    expect(sum('RankExecution', 'measuredJoules') + sum('HostWatch', 'unattributedMeasuredJoules')).toBe(host)
    expect(graph.each(graph.ofType('HostWatch'), 'electedRank')).toEqual(['0'])
  }, 300_000)
})
