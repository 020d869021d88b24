import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder, provloom } from '../support/cli.ts'
import { until } from '../support/job.ts'
import { Machine, hasNamespaces } from '../support/machine.ts'
import { codecarbonPython, named } from '../support/needs.ts'
import { site } from '../support/site.ts'
import type { RunSeen, Site } from '../support/site.ts'
import { toldIn } from '../support/spool.ts'

const script = `
import os, sys, time, provloom
provloom.start_run("www.example.org", "e")
assert "codecarbon" not in sys.modules
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
provloom.end_run(wait=False)
`

interface Ran {
  readonly here: Site
  readonly run: RunSeen
}

/** A run on a machine of its own, which takes 120 J while `holds` does not yet. */
async function ran(
  python: string,
  holds: (told: string) => boolean,
  ...flags: readonly string[]
): Promise<Ran> {
  const [here, machine] = [site(), new Machine('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee')]
  const end = path.join(folder(), 'end')
  const file = here.script('t.py', script)
  const [command = '', ...front] = machine.front()
  const words = ['provloom', 'run', '--sample-interval-seconds', '1', ...flags, '--', python, file, end]
  // Tests want no programs beside their scripts, but for this.
  const env = { ...here.env, PROVLOOM_NO_MACHINE: '0' }
  const started = here.start(command, [...front, ...words], { env })
  await until(() => holds(toldIn(here.spoolRoot)))
  machine.shows(40)
  fs.writeFileSync(end, '')
  expect(await started.ended).toMatchObject({ code: 0 })
  const [run] = here.runs()
  return { here, run: run! }
}

async function shownOf({ here }: Ran): Promise<string> {
  const { stdout } = await provloom(['show'], { cwd: here.dir, env: here.env })
  return stdout
}

describe.skipIf(!hasNamespaces)(
  named('energy beside that of other tools', hasNamespaces, 'no unshare'),
  () => {
    const isThere = codecarbonPython !== undefined
    test.skipIf(!isThere)(
      named(
        "CodeCarbon's figure stands beside ours, with its version and methods, and is no part of it; its CO2 is there with a place alone",
        isThere,
        'no codecarbon, see test/support/codecarbon.txt',
      ),
      async () => {
        const told = (text: string): boolean =>
          /"tool":"codecarbon"[^}]*"part":"memory"[^}]*"joules":[1-9]/.test(text)
        const placed = await ran(codecarbonPython ?? '', told, '--carbon-intensity', '360')
        const { graph } = placed.run
        expect(graph.each(graph.ofType('EnergyTotal'), 'measuredJoules').map(Number)).toEqual([120])
        const others = graph.ofType('OtherEnergy')
        expect(graph.each(others, 'part').sort()).toEqual(['memory', 'processors'])
        expect(new Set(graph.each(others, 'toolVersion'))).toEqual(new Set(['3.3.2']))
        expect(graph.each(others, 'kind').sort()).toEqual(['estimated', 'measured'])
        expect(graph.each(others, 'method').sort()).toEqual([
          'RAPL',
          expect.stringMatching(/^a constant of \d+ W$/),
        ])
        const grams = graph.each(others, 'gramsCO2e').reduce((sum, one) => sum + Number(one), 0)
        const joules = graph.each(others, 'joules').reduce((sum, one) => sum + Number(one), 0)
        expect(grams).toBeCloseTo((joules / 3.6e6) * 360, 5)
        expect(graph.violations()).toEqual([])
        const shown = (await shownOf(placed)).replaceAll(/\s+/g, ' ')
        expect(shown).toMatch(/energy 0\.0333 Wh counted by RAPL of 2 devices/)
        expect(shown).toMatch(/CodeCarbon 3\.3\.2 says \S+ Wh, of unlike kinds added up: /)
        expect(shown).toMatch(
          /memory: \S+ Wh GUESSED from a constant of \d+ W; nothing is known of them here: all of it is more/,
        )
        expect(shown).toMatch(
          /processors: 0\.0333 Wh counted by RAPL; here 0\.0333 Wh counted by RAPL: the same/,
        )
        expect(shown).toMatch(/it counted for \S+ s of \S+ s/)

        const nowhere = await ran(codecarbonPython ?? '', told)
        expect(nowhere.run.graph.ofType('OtherEnergy')).toHaveLength(2)
        expect(nowhere.run.graph.each(nowhere.run.graph.ofType('OtherEnergy'), 'gramsCO2e')).toEqual([])
      },
      90_000,
    )

    test('where CodeCarbon is not installed ours stands alone, and it is said so', async () => {
      const alone = await ran('python3', (text) => /"tool":"codecarbon"[^}]*not installed/.test(text))
      const { graph } = alone.run
      expect(graph.each(graph.ofType('HostWatch'), 'otherEnergy')).toEqual([
        "codecarbon: it is not installed where the script's interpreter looks",
      ])
      expect(graph.ofType('OtherEnergy')).toEqual([])
      expect(await shownOf(alone)).not.toContain('CodeCarbon')
    }, 60_000)

    test('what is switched off is off altogether, and the graph says that it was', async () => {
      const watching = (text: string): boolean => text.includes('"type":"watch"')
      const { run } = await ran(codecarbonPython ?? 'python3', watching, '--disable-codecarbon')
      const { graph } = run
      expect(graph.each(graph.ofType('Host'), 'notMeasured')).toEqual([
        'energy: it was not to be measured (disable_codecarbon)',
      ])
      expect([graph.ofType('OtherEnergy'), graph.each(graph.ofType('HostWatch'), 'otherEnergy')]).toEqual([
        [],
        [],
      ])
      expect(graph.each(graph.ofType('EnergyTotal'), 'measuredJoules')).toEqual([])
    }, 60_000)
  },
)
