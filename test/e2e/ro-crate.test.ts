import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom } from '../support/cli.ts'
import { about, judgedCrates } from '../support/crate-judge.ts'
import { crateJudges, named } from '../support/needs.ts'
import { site } from '../support/site.ts'

/** Names that a URI has to write otherwise, on every rank; the one that is told to fails. */
const script = `
import os, sys, provloom
from provloom import Context
provloom.start_run("www.example.org", "crated")
provloom.log_param("lr", 0.1)
provloom.log_param("seed", int(os.environ.get("RANK", 0)))
for step in range(5):
    provloom.log_metric("loss", 1 / (step + 1), Context.TRAINING, step=step)
for name in ("a b%.csv", "Größe 面试#1.bin"):
    with open(name, "w") as file:
        file.write(name)
    provloom.log_artifact(name)
if sys.argv[1:] == ["fails"]:
    raise ValueError("no such digit")
provloom.end_run()
`

/** What the profile recommends and a script outside of any repository does not have. */
const notHad =
  /SHOULD have a (?:url|version|version or softwareVersion)$|^http:\/\/schema.org\/Software\w+: .* SHOULD be an absolute URI$/

describe('provloom export --ro-crate', () => {
  it.skipIf(crateJudges === undefined)(
    named(
      'writes crates that roc-validator and ro-crate-py find nothing wrong with: a folder and a zip, completed and failed',
      crateJudges !== undefined,
      'needs .cache/crate-judges, see .ci/run',
    ),
    async () => {
      const here = site()
      here.script('train.py', script)
      fs.writeFileSync(path.join(here.dir, 'about.json'), JSON.stringify(about))
      const all = ['-n', '2', '--collect-all-processes']
      const completed = await here.wrapped(['train.py'], ...all).ended
      expect(completed.code, completed.stderr).toBe(0)
      expect((await here.wrapped(['train.py', 'fails'], ...all).ended).code).toBe(1)
      const crates = [
        ['crate', 'crated_0'],
        ['crate.zip', 'crated_0'],
        ['failed', 'crated_1'],
      ] as const
      for (const [target, run] of crates) {
        const args = ['export', '--ro-crate', target, '--about', 'about.json', `prov/${run}`]
        const result = await provloom(args, { cwd: here.dir })
        expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' })
        expect(result.stdout).toMatch(/: Process Run Crate of crated_\d, \d+ files, [\d.]+ kB\n$/)
      }
      const seen = await judgedCrates(...crates.map(([target]) => path.join(here.dir, target)))
      for (const { required, recommended, read } of seen) {
        expect(required).toEqual([])
        expect(recommended.filter((one) => !notHad.test(one))).toEqual([])
        // And the metadata file itself.
        expect(read.written).toBe(read.files.length + 1)
        expect(read.files.filter((one) => one.startsWith('artifacts/'))).toEqual(
          [0, 1].flatMap((rank) => [
            `artifacts/rank${rank}/Größe%20面试%231.bin`,
            `artifacts/rank${rank}/a%20b%25.csv`,
          ]),
        )
        expect(read.actions).toMatchObject([{ object: ['lr', 'seed'] }])
        expect(read.actions[0]!.result).toEqual(expect.arrayContaining(['loss', 'a b%.csv', 'Metric points']))
      }
      const [inFolder, inZip, failed] = seen
      expect(inZip!.read).toEqual(inFolder!.read)
      expect(failed!.read.actions).toMatchObject([
        { status: 'http://schema.org/FailedActionStatus', error: expect.stringContaining('no such digit') },
      ])
    },
  )

  it('asks for authors and licence, says where, and what is wrong with a place', async () => {
    const here = site()
    here.script('train.py', script)
    const run = await here.wrapped(['train.py']).ended
    expect(run.code, run.stderr).toBe(0)
    const target = path.join(folder(), 'crate')
    const call = ['export', '--ro-crate', target, 'prov/crated_0']
    const first = await provloom(call, { cwd: here.dir })
    expect(first).toMatchObject({
      code: 0,
      stderr:
        'provloom: authors and licence of the crate are not told: fill in prov/provloom-crate.json and export again with --force\n',
    })
    expect(await provloom(call, { cwd: here.dir })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/it is there already \[FILE_UNWRITABLE\]\nTry: .*--force/),
    })
    fs.writeFileSync(path.join(here.saveDir, 'provloom-crate.json'), '{"authors": [{"name": "Ada"}]}')
    expect((await provloom([...call, '--force'], { cwd: here.dir })).stderr).toBe(
      'provloom: licence of the crate is not told: fill in prov/provloom-crate.json and export again with --force\n',
    )
    fs.writeFileSync(
      path.join(here.saveDir, 'crated_0', path.join('artifacts', 'rank0', 'a b%.csv')),
      'changed',
    )
    const json = await provloom([...call, '--force', '--json'], { cwd: here.dir })
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      target,
      run: 'crated_0',
      leftOut: [],
      differing: ['artifacts/rank0/a b%.csv'],
    })
    expect((await provloom(['export', 'prov/crated_0'], { cwd: here.dir })).stderr).toMatch(
      /\[MISSING_OPTION\]/,
    )
    expect((await provloom(['export', '--ro-crate', 'x', 'prov'], { cwd: here.dir })).code).toBe(2)
  })
})
