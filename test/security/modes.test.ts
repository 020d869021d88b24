import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, start, repository } from '../support/cli.ts'
import { onlyRun } from '../support/graph.ts'
import { RunningAggregator } from './support/aggregator.ts'
import { Peer, params } from './support/peer.ts'

const worker = `
import json, os, provloom, time
session = provloom.start_run("www.example.org", "x")
provloom.log_metric("loss", 1.0, step=1)
provloom.log_artifact(__file__)
spool = os.path.dirname(os.path.dirname(session.spool))
control = os.path.join(session.spool, "control.json")
while not os.path.exists(control) or "runDir" not in open(control).read():
    time.sleep(0.02)
seen = {}
for root in (os.path.dirname(spool), os.environ["SAVE_DIR"]):
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            whole = os.path.join(folder, name)
            try:
                seen[os.path.relpath(whole, root)] = "%o" % (os.stat(whole).st_mode & 0o7777)
            except OSError:
                pass
seen["root"] = "%o" % (os.stat(os.path.dirname(spool)).st_mode & 0o7777)
with open(os.environ["SEEN"], "w") as out:
    json.dump(seen, out)
provloom.end_run(create_svg=True)
`

const bin = path.join(repository, 'packages/cli/bin/provloom.js')

it.each([
  ['027', '640', '750'],
  ['002', '664', '775'],
])(
  'with the umask %s a run directory has files of %s and folders of %s; spool, keys and journal are the owner’s alone',
  async (umask, file, directory) => {
    const place = folder()
    const saveDir = path.join(place, 'results/prov')
    const seenFile = path.join(place, 'seen.json')
    fs.writeFileSync(path.join(place, 'train.py'), worker)
    // A copy has no more than its original: here that has all.
    fs.chmodSync(path.join(place, 'train.py'), 0o666)
    const command = `umask ${umask}; exec "$@"`
    const provloom = [
      process.execPath,
      bin,
      'run',
      '--provenance-save-dir',
      saveDir,
      '--spool-root',
      `${place}/spools`,
    ]
    const result = await start('/bin/sh', ['-c', command, 'sh', ...provloom, '--', 'python3', 'train.py'], {
      cwd: place,
      env: { SAVE_DIR: saveDir, SEEN: seenFile },
    }).ended
    expect(result.code, result.stderr).toBe(0)

    const during = Object.entries(JSON.parse(fs.readFileSync(seenFile, 'utf8')) as Record<string, string>)
    const of = (pattern: RegExp): string[] =>
      during.filter(([name]) => pattern.test(name)).map(([, mode]) => mode)
    expect(
      new Set(
        of(/^root$|^local-[^/]+(\/sessions(\/[0-9a-f]{16}(\/(streams|ledgers|files|streams\/[^/]+))?)?)?$/),
      ),
    ).toEqual(new Set(['700']))
    const spooled = of(/\.seg$|spool\.json$|agent\.json$|session\.json$|control\.json$|\/(files|ledgers)\/.+/)
    expect(spooled.length).toBeGreaterThan(4)
    expect(new Set(spooled)).toEqual(new Set(['600']))
    expect(of(/^\.provloom\/[^/]+$/)).toEqual(['700'])
    expect(new Set(of(/^\.provloom\/[^/]+\/.+\.json$/))).toEqual(new Set(['600']))
    expect(of(/^x_0\/journal$/)).toEqual(['700'])

    const runDir = onlyRun(saveDir)
    const modes = (wanted: 'isFile' | 'isDirectory'): Set<string> =>
      new Set(
        fs
          .readdirSync(runDir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry[wanted]())
          .map((entry) => modeOf(path.join(entry.parentPath, entry.name))),
      )
    expect(modes('isFile')).toEqual(new Set([file]))
    expect(modes('isDirectory')).toEqual(new Set([directory]))
    for (const above of [runDir, saveDir, path.dirname(saveDir), path.join(saveDir, '.provloom')])
      expect(modeOf(above), above).toBe(directory)
  },
)

it('does not trust a control folder that another user made, or a link in its place', async () => {
  const saveDir = folder()
  fs.mkdirSync(path.join(saveDir, '.provloom'))
  const elsewhere = folder()
  fs.symlinkSync(elsewhere, path.join(saveDir, '.provloom/k'))
  const { code, stderr } = await new RunningAggregator({ saveDir }).ended
  expect(code).toBe(3)
  expect(stderr).toMatch(/SAVE_DIR_UNWRITABLE/)
  expect(fs.readdirSync(elsewhere)).toEqual([])
})

it.runIf(process.getuid?.() === 0)(
  'neither agent nor aggregator goes where another user could lead it [as root]',
  async () => {
    const saveDir = folder()
    const control = path.join(saveDir, '.provloom/k')
    fs.mkdirSync(control, { recursive: true })
    fs.chownSync(control, 65_534, 65_534)
    const refused = await new RunningAggregator({ saveDir }).ended
    expect(refused.stderr).toMatch(/belongs to user 65534/)

    const spools = folder()
    fs.chownSync(spools, 65_534, 65_534)
    const agent = [
      'agent',
      '--spool-root',
      spools,
      '--provenance-save-dir',
      saveDir,
      '--job-key',
      'k',
      '--',
      'true',
    ]
    const result = await start(process.execPath, [bin, ...agent]).ended
    expect(result.code).toBe(0)
    expect(result.stderr).toMatch(/belongs to user 65534; spools are in /)
    expect(fs.readdirSync(spools)).toEqual([])
  },
)

it('tightens a control folder of its own that others could read', async () => {
  const saveDir = folder()
  const control = path.join(saveDir, '.provloom/k')
  fs.mkdirSync(control, { recursive: true, mode: 0o755 })
  const aggregator = new RunningAggregator({ saveDir })
  const peer = new Peer(await aggregator.connection())
  await peer.welcome()
  await peer.store('w', 0, params(0, 1))
  expect(modeOf(control)).toBe('700')
})

function modeOf(file: string): string {
  return (fs.statSync(file).mode & 0o7777).toString(8)
}
