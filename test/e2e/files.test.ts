import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom, repository } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { mayMount, smallDisk } from '../support/small-disk.ts'

const mebibytes = 66
const client = path.join(repository, 'packages/agent/dist/client/index.js')

/** Each logs a file of more than is hashed in a call, twice, overwritten in place in between, and one of a few bytes. */
const workers = {
  Python: `
import provloom
provloom.start_run("www.example.org", "x")
for step, byte in ((1, b"a"), (2, b"b")):
    with open("last.ckpt", "wb") as out:
        for _ in range(${mebibytes}): out.write(byte * (1 << 20))
    provloom.log_artifact("ckpt", "last.ckpt", step=step, is_model=True)
    with open("small", "wb") as out: out.write(byte)
    provloom.log_artifact("small", "small", step=step)
provloom.end_run()
`,
  TypeScript: `
import fs from 'node:fs'
import * as p from ${JSON.stringify(client)}
p.startRun({ experimentName: 'x' })
for (const [step, byte] of [[1, 'a'], [2, 'b']]) {
  fs.writeFileSync('last.ckpt', Buffer.alloc(${mebibytes} << 20, byte))
  p.logArtifact('ckpt', 'last.ckpt', { step, isModel: true })
  fs.writeFileSync('small', byte)
  p.logArtifact('small', 'small', { step })
}
p.endRun()
`,
}

interface Version {
  readonly label: string
  readonly step: string
  readonly sha256: string | undefined
  readonly stored: Buffer | undefined
  readonly problem: string | undefined
}

async function versionsOf(language: keyof typeof workers, spoolRoot: string): Promise<Version[]> {
  const work = folder()
  const script = language === 'Python' ? 'train.py' : 'train.mjs'
  fs.writeFileSync(path.join(work, script), workers[language])
  const program = language === 'Python' ? 'python3' : process.execPath
  const result = await provloom(['run', '--spool-root', spoolRoot, '--', program, script], { cwd: work })
  expect(result.code, result.stderr).toBe(0)
  const runDir = onlyRun(path.join(work, 'prov'))
  const graph = new Graph(runDir)
  expect(graph.violations()).toEqual([])
  return graph
    .ofType('File')
    .filter((record) => graph.value(record, 'step') !== undefined)
    .map((record) => {
      const [copy] = graph.ofType('StoredCopy').filter((one) => one.id?.local === `${record.id?.local}.copy`)
      const stored = copy === undefined ? undefined : graph.value(copy, 'location')
      return {
        label: graph.value(record, 'label')!,
        step: graph.value(record, 'step')!,
        sha256: graph.value(record, 'sha256'),
        stored: stored === undefined ? undefined : fs.readFileSync(path.join(runDir, stored)),
        problem: graph.value(record, 'problem'),
      }
    })
    .sort((a, b) => `${a.label}${a.step}`.localeCompare(`${b.label}${b.step}`))
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

function logged({ label, step }: Version): Buffer {
  return Buffer.alloc(label === 'ckpt' ? mebibytes << 20 : 1, step === '1' ? 'a' : 'b')
}

describe.each(['Python', 'TypeScript'] as const)('with the %s client', (language) => {
  it('a file that is overwritten in place is kept as it was at each call', async () => {
    const versions = await versionsOf(language, folder())
    expect(versions.map(({ label, step }) => `${label} ${step}`)).toEqual([
      'ckpt 1',
      'ckpt 2',
      'small 1',
      'small 2',
    ])
    for (const version of versions) {
      expect(version.problem).toBeUndefined()
      expect(version.sha256).toBe(sha256(logged(version)))
      expect(version.stored?.equals(logged(version))).toBe(true)
    }
  })

  it.skipIf(!mayMount)('a full disk of the spool (small tmpfs) never makes two contents one', async () => {
    const versions = await versionsOf(language, path.join(smallDisk(4096).root, 'spools'))
    expect(versions).toHaveLength(4)
    for (const version of versions) {
      if (version.label === 'small') expect(version.sha256).toBe(sha256(logged(version)))
      if (version.problem === undefined) {
        expect(version.sha256).toBe(sha256(logged(version)))
        expect(version.stored?.equals(logged(version))).toBe(true)
      } else {
        expect(version.problem).toMatch(/has changed since it was logged/)
        expect(version.stored).toBeUndefined()
      }
    }
    // The last ones nobody has changed.
    expect(versions.flatMap(({ step, problem }) => (step === '2' ? [problem] : []))).toEqual([
      undefined,
      undefined,
    ])
  })
})

const whole = `
import os, provloom
provloom.start_run("www.example.org", "x")
provloom.log_artifact(".")
provloom.end_run()
`

it('the working folder is logged with its names and modes, and without the runs that are saved in it', async () => {
  const work = path.join(folder(), 'project')
  fs.mkdirSync(path.join(work, 'data/secret'), { recursive: true })
  fs.writeFileSync(path.join(work, 'train.py'), whole)
  fs.writeFileSync(path.join(work, 'data/secret/key'), 'x')
  fs.writeFileSync(path.join(work, 'data/open'), 'y')
  fs.chmodSync(path.join(work, 'data/secret'), 0o700)
  for (const n of [0, 1]) {
    const result = await provloom(['run', '--', 'python3', 'train.py'], { cwd: work })
    expect(result.code, result.stderr).toBe(0)
    const runDir = path.join(work, `prov/x_${n}`)
    const kept = path.join(runDir, 'artifacts/rank0')
    expect(fs.readdirSync(kept, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      'project',
      'project/data',
      'project/data/open',
      'project/data/secret',
      'project/data/secret/key',
      'project/train.py',
    ])
    const bits = (name: string): string =>
      (fs.statSync(path.join(kept, 'project', name)).mode & 0o777).toString(8)
    expect([bits('data/secret'), bits('data/secret/key')]).toEqual(['700', '600'])
    expect(bits('data/open')).toBe((0o666 & ~process.umask()).toString(8))
    const graph = new Graph(runDir)
    expect(JSON.stringify(graph.document)).toContain('own files are left out: prov')
    expect(graph.violations()).toEqual([])
  }
})

/** Another program's word, by what docs/files.md says of a folder. */
const judge = `
import hashlib, os, sys
names = [os.path.relpath(os.path.join(at, name), sys.argv[1]) for at, _, files in os.walk(sys.argv[1]) for name in files]
lines = "".join(
    "%s  %s\\n" % (hashlib.sha256(open(os.path.join(sys.argv[1], name), "rb").read()).hexdigest(), name)
    for name in sorted(names, key=os.fsencode)
)
print(hashlib.sha256(lines.encode()).hexdigest())
`

it('a folder of data that all ranks read is one, with a digest that another program makes of it', async () => {
  const [saveDir, data] = [folder(), folder()]
  for (const name of ['train/0/a.png', 'train/0-b.png', 'labels.csv', '\u00fc.txt']) {
    fs.mkdirSync(path.dirname(path.join(data, name)), { recursive: true })
    fs.writeFileSync(path.join(data, name), name)
  }
  const script = path.join(saveDir, '.train.py')
  fs.writeFileSync(
    script,
    `import provloom\nprovloom.start_run("www.example.org", "x")\nprovloom.log_dataset("images", ${JSON.stringify(data)})\nprovloom.end_run()\n`,
  )
  const done = await provloom([
    'run',
    '-n',
    '3',
    '--collect-all-processes',
    '--provenance-save-dir',
    saveDir,
    '--',
    'python3',
    script,
  ])
  expect(done.code, done.stderr).toBe(0)
  const graph = new Graph(onlyRun(saveDir))
  const [images, ...more] = graph.labelled('images')
  expect(more).toEqual([])
  const judged = execFileSync('python3', ['-c', judge, data], { encoding: 'utf8' }).trim()
  expect(graph.values(images!, 'sha256')).toEqual([judged])
  expect(graph.value(images!, 'files')).toBe('4')
  expect(graph.values(images!, 'problem')).toEqual([])
  const { head } = JSON.parse(fs.readFileSync(path.join(onlyRun(saveDir), 'run.json'), 'utf8')) as {
    head: { inputs: { shown: { name: string; sha256?: string }[] } }
  }
  expect(head.inputs.shown.find(({ name }) => name === 'images')?.sha256).toBe(judged)
})
