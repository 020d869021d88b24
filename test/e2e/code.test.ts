import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from '../support/cli.ts'
import { hasGit } from '../support/needs.ts'
import { site } from '../support/site.ts'
import type { Site } from '../support/site.ts'

const client = path.join(repository, 'packages/agent/dist/client/index.js')
const python = `import provloom
with provloom.start_run("www.example.org", "x", collect_all_processes=True):
    provloom.log_metric("loss", 1.0)
`
const node = `import * as p from ${JSON.stringify(client)}
p.startRun({ experimentName: 'x' })
p.logMetric('loss', 1)
await p.endRun()
`

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function write(work: Site, name: string, text: string): string {
  const file = path.join(work.dir, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
  return file
}

function git(work: Site, ...argv: readonly string[]): Buffer {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', work.dir, ...argv])
}

/** The files in the code of its only run, and what its document says. */
function codeOf(work: Site): { names: string[]; runDir: string; document: string } {
  const [run, ...more] = work.runs()
  expect(more).toEqual([])
  const { runDir } = run!
  const code = path.join(runDir, 'code')
  const names = fs
    .readdirSync(code, { recursive: true, withFileTypes: true })
    .flatMap((one) => (one.isFile() ? [path.relative(code, path.join(one.parentPath, one.name))] : []))
  return { names: names.sort(), runDir, document: fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8') }
}

describe('the script of a run', () => {
  const ways: readonly (readonly [string, string, string, (work: Site) => ReturnType<Site['plain']>])[] = [
    ['a Python script that nobody wraps', 'train.py', python, (work) => work.plain('train.py')],
    ['a module', 'pack/fit.py', python, (work) => work.plain('-m', 'pack.fit')],
    ['a wrapped Python script', 'train.py', python, (work) => work.wrapped(['train.py'])],
    ['a Node script', 'train.mjs', node, (work) => work.start(process.execPath, ['train.mjs'])],
    [
      'a command that calls nothing',
      'train.sh',
      'sleep 0.2\n',
      (work) => work.start('provloom', ['run', '--', 'bash', 'train.sh']),
    ],
  ]
  it.each(ways)('that is %s is in its code, with its hash', async (_, name, text, start) => {
    const work = site()
    const script = write(work, name, text)
    const done = await start(work).ended
    expect(done.code, done.stderr).toBe(0)
    const { names, runDir, document } = codeOf(work)
    expect(names).toEqual([path.basename(name)])
    const copy = fs.readFileSync(path.join(runDir, 'code', path.basename(name)))
    expect(copy).toEqual(fs.readFileSync(script))
    expect(document).toContain(sha256(copy))
    expect(document).toContain(`"${script}"`)
  })

  it('is there once, however many ranks run it', async () => {
    const work = site()
    write(work, 'train.py', python)
    const done = await work.wrapped(['train.py'], '-n', '4').ended
    expect(done.code, done.stderr).toBe(0)
    expect(codeOf(work).names).toEqual(['train.py'])
  })
})

describe.runIf(hasGit)('a work tree with changes', () => {
  it('is in the code of its run: what differs from the commit, and what is in none', async () => {
    const work = site()
    git(work, 'init', '-q')
    write(work, 'train.py', python)
    write(work, 'src/model.py', 'width = 1\n')
    git(work, 'add', '.')
    git(work, 'commit', '-qm', 'first')
    write(work, 'src/model.py', 'width = 2\n')
    write(work, 'src/new.py', 'depth = 3\n')
    const done = await work.wrapped(['train.py'], '-n', '2').ended
    expect(done.code, done.stderr).toBe(0)
    const { names, runDir, document } = codeOf(work)
    expect(names).toEqual(['source.diff', 'src/new.py', 'train.py'])
    const diff = git(work, 'diff', '--no-color', '--binary', 'HEAD')
    expect(fs.readFileSync(path.join(runDir, 'code/source.diff'))).toEqual(diff)
    expect(document).toContain(sha256(diff))
  })

  it('stays clean however often it is run, for what runs leave there ignores itself', async () => {
    const work = site()
    git(work, 'init', '-q')
    write(work, 'train.py', python)
    git(work, 'add', '.')
    git(work, 'commit', '-qm', 'first')
    for (const _ of [1, 2]) expect((await work.plain('train.py').ended).code).toBe(0)
    expect(git(work, 'status', '--porcelain').toString()).toBe('')
    for (const { runDir } of work.runs())
      expect(fs.readdirSync(path.join(runDir, 'code'))).toEqual(['train.py'])
  })
})
