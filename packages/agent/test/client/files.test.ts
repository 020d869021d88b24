import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { limits, removeFolder } from '@provloom/shared'
import type { Artifact, Event, EventType } from '@provloom/shared'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasGit } from '../../../../test/support/needs.ts'
import { markOf } from '../../src/artifact/mark.ts'
import { Allowance } from '../../src/client/allowance.ts'
import { measure, take } from '../../src/client/take.ts'
import { sessionFolderAt } from '../../src/session/folder.ts'
import type { SessionFolder } from '../../src/session/folder.ts'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readOnlyStream, sessionsOf, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
let root: string
let tree: string
/** Of the last worker; before any, one that nobody began. */
let spool: SessionFolder
let work: string

beforeAll(buildAgent)
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-files-'))
  tree = makeSpoolFolder()
  spool = sessionFolderAt(path.join(root, 'spool'))
  work = path.join(root, 'work')
  for (const folder of [spool.root, work]) fs.mkdirSync(folder)
})
afterEach(() => {
  for (const folder of [root, tree]) removeFolder(folder)
})

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

function write(name: string, content: string | Buffer = name): string {
  const file = path.join(work, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  return file
}

/** Runs a worker in `cwd`. @returns its standard error */
function worker(body: string, cwd = work): string {
  // Of code that lies in no file no script is recorded.
  const code = `import * as p from ${JSON.stringify(built)}\np.startRun()\n${body}`
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: process.env['PATH'], ...treeVariables(tree) },
    encoding: 'utf8',
    cwd,
  })
  expect(done.status, done.stderr).toBe(0)
  spool = sessionFolderAt(sessionsOf(tree).at(-1)!)
  return done.stderr
}

async function told<Type extends EventType>(type: Type): Promise<Extract<Event, { type: Type }>[]> {
  const { events, wrong } = await readOnlyStream(tree)
  expect(wrong).toEqual([])
  return events.filter((event): event is Extract<Event, { type: Type }> => event.type === type)
}

async function recorded(): Promise<Map<string, Artifact>> {
  return new Map((await told('artifact')).map((one) => [one.name, one]))
}

function kept(spooled: string | undefined): Buffer {
  return fs.readFileSync(path.join(spool.files, spooled!))
}

/** Something happens to the file whenever it is asked whether there is time left. */
class Meddled extends Allowance {
  readonly #meddle: () => void

  constructor(meddle: () => void) {
    super(spool)
    this.#meddle = meddle
  }

  override get late(): boolean {
    this.#meddle()
    return false
  }
}

describe('a file', () => {
  test('is copied with the hash of what was copied, and of its mode and group nothing is lost', () => {
    const file = write('a.bin', 'content')
    fs.chmodSync(file, 0o640)
    const { taken, refused } = take(spool, file, true, new Allowance(spool))
    expect([refused, kept(taken.spooled).toString()]).toEqual([undefined, 'content'])
    expect(taken).toMatchObject({ size: 7, sha256: sha256('content'), mode: 0o640, group: process.getgid!() })
    expect(fs.statSync(path.join(spool.files, taken.spooled!)).mode & 0o777).toBe(0o600)
  })

  test('beyond the room for copies is hashed where it is, and a larger one is marked', () => {
    const [small, large] = [write('small', 'content'), write('large', '')]
    fs.truncateSync(large, limits.artifactInlineBytesMax + 1)
    const full = new Allowance(spool, { copiesBytesMax: 3, keepMs: limits.keepMs })
    const why = `copies may take ${limits.copiesBytesMax / 1024 / 1024} MiB of the spool`
    const first = take(spool, small, true, full)
    expect(first).toMatchObject({ refused: why, taken: { size: 7, sha256: sha256('content') } })
    const second = take(spool, large, true, full)
    const mark = markOf(fs.statSync(large, { bigint: true }))
    expect(second).toMatchObject({ refused: why, taken: { size: limits.artifactInlineBytesMax + 1, mark } })
    expect([first, second].map(({ taken }) => taken.spooled)).toEqual([undefined, undefined])
  })

  test('for which a call has no time left is marked, and another mark is that of the next write', () => {
    const file = write('a', '00')
    const late = new Allowance(spool, { copiesBytesMax: limits.copiesBytesMax, keepMs: -1 })
    const marks = Array.from({ length: 20 }, (_, n) => {
      fs.writeFileSync(file, String(n).padStart(2, '0'))
      const { taken } = take(spool, file, true, late)
      expect(taken).toMatchObject({ size: 2, mark: expect.any(String) })
      late.close()
      return taken.mark
    })
    expect(new Set(marks).size).toBe(20)
  })

  test('waits for the tick of its clock once in a call, however many were written just now', () => {
    const late = new Allowance(spool, { copiesBytesMax: limits.copiesBytesMax, keepMs: -1 })
    const began = performance.now()
    for (let n = 0; n < 200; n++) take(spool, write(`fresh${n}`, '0'), true, late)
    late.close()
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('that changes while it is copied is copied again, and told when it goes on', () => {
    const file = write('a.log', Buffer.alloc(2_000_000, 'x'))
    let left = 1
    const once = take(spool, file, true, new Meddled(() => left-- > 0 && fs.appendFileSync(file, '+')))
    const always = take(spool, file, true, new Meddled(() => fs.appendFileSync(file, '+')))
    expect(once.taken).toMatchObject({ size: 2_000_001 })
    expect(once.taken.problem).toBeUndefined()
    expect(always.taken.problem).toBe('it changed while it was copied')
    for (const { taken } of [once, always]) {
      const copy = kept(taken.spooled)
      expect([taken.size, taken.sha256]).toEqual([copy.length, sha256(copy)])
    }
    expect(fs.readdirSync(spool.files)).toHaveLength(2)
  })

  test('of a data set that changes while it is read has no hash', () => {
    const file = write('a.log', Buffer.alloc(2_000_000, 'x'))
    expect(measure(file, new Meddled(() => fs.appendFileSync(file, '+')))).toEqual({ size: 2_000_000 })
    expect(measure(file, new Allowance(spool))).toMatchObject({ sha256: sha256(fs.readFileSync(file)) })
  })

  test('that cannot be read is recorded with the reason, and an empty path is told as wrong', async () => {
    const errors = worker(
      `p.logArtifact('memory', '/proc/self/mem'); p.logArtifact(''); p.logSourceCode(''); p.logDataset('d', '')`,
    )
    expect(await told('artifact')).toMatchObject([
      { name: 'memory', copy: false, problem: expect.stringContaining('EIO') },
    ])
    expect((await told('problem')).map(({ code }) => code)).toEqual([
      'FILE_NOT_KEPT',
      'BAD_PATH',
      'BAD_PATH',
      'BAD_PATH',
    ])
    expect(errors).toContain('recorded by its path only')
  })
})

describe('a folder', () => {
  test('gives each of its files and itself, with a hash over theirs', async () => {
    for (const name of ['out/weights.bin', 'out/sub/config.json', 'out/sub/deep/x']) write(name)
    worker(`p.logArtifact('best', 'out', { logCopySubdirectory: 'there' })`)
    const artifacts = await told('artifact')
    expect(artifacts.map((one) => [one.name, one.subfolder, one.depth, one.copy])).toEqual([
      ['best/weights.bin', 'there', 1, true],
      ['best/sub/config.json', 'there', 2, true],
      ['best/sub/deep/x', 'there', 3, true],
      ['best', 'there', undefined, false],
    ])
    const lines = ['sub/config.json', 'sub/deep/x', 'weights.bin'].map(
      (name) => `${sha256(`out/${name}`)}  ${name}\n`,
    )
    expect(artifacts.at(-1)).toMatchObject({ sha256: sha256(lines.join('')), mediaType: 'inode/directory' })
    expect(await told('problem')).toEqual([])
  })

  test('tells what is no file, follows links to files, and says where they lead', async () => {
    const folder = path.dirname(write('out/a'))
    const outside = write('outside.bin')
    const links = {
      in: 'a',
      away: outside,
      dangling: 'nowhere',
      loop: 'loop',
      up: '..',
      memory: '/proc/self/mem',
    }
    for (const [name, target] of Object.entries(links)) fs.symlinkSync(target, path.join(folder, name))
    execFileSync('mkfifo', [path.join(folder, 'fifo')])
    fs.mkdirSync(path.join(folder, 'empty'))
    worker(`p.logArtifact('out')`)
    const artifacts = await recorded()
    expect([...artifacts.keys()].sort()).toEqual(
      ['out', 'out/a', 'out/away', 'out/empty', 'out/in', 'out/memory'].sort(),
    )
    expect(artifacts.get('out/away')!.link).toBe(fs.realpathSync(outside))
    expect(kept(artifacts.get('out/away')!.spooled).toString()).toBe('outside.bin')
    const { problem, sha256: whole } = artifacts.get('out')!
    for (const left of [
      'link to a folder: up',
      'dangling link: dangling',
      'link that cannot be followed: loop',
      'pipe: fifo',
      'file that cannot be read: EIO: memory',
    ]) {
      expect(problem).toContain(left)
    }
    expect(whole).toBeUndefined()
    expect((await told('problem')).map(({ code }) => code)).toEqual(['FOLDER_INCOMPLETE'])
  })

  test('takes names of any bytes, and no two become one', async () => {
    write('out/line\nbreak')
    for (const name of ['caf\xe9', 'caf\xe8']) {
      const bytes = Buffer.from(name, 'latin1')
      fs.writeFileSync(Buffer.concat([Buffer.from(`${work}/out/`), bytes]), bytes)
    }
    const errors = worker(`p.logArtifact('out')`)
    const artifacts = await recorded()
    expect([...artifacts.keys()].sort()).toEqual(
      ['out', 'out/caf\\xe8', 'out/caf\\xe9', 'out/line\nbreak'].sort(),
    )
    const one = artifacts.get('out/caf\\xe9')!
    expect(kept(one.spooled)).toEqual(Buffer.from('caf\xe9', 'latin1'))
    expect(one.problem).toContain('no UTF-8')
    expect(errors.trim().split('\n')).toHaveLength(1)
  })

  test('with more than the most files is counted, and the rest is told', async () => {
    fs.mkdirSync(path.join(work, 'out'))
    for (let n = 0; n <= limits.folderFilesMax; n++) write(`out/${n}`, '')
    worker(`p.logArtifact('a', 'out', { logCopyInProvDirectory: false })`)
    const artifacts = await told('artifact')
    expect(artifacts).toHaveLength(limits.folderFilesMax + 1)
    const text = `it has ${limits.folderFilesMax + 1} files; the first ${limits.folderFilesMax} are recorded`
    expect(artifacts.at(-1)!.problem).toContain(text)
  })
})

describe('what is Provloom’s own', () => {
  const ours = [
    'results/.provloom/job/connection.json',
    'results/mine_0/artifacts/a',
    'other/old_3/run.json',
    'other/old_3/prov.json',
    'begun/run.json',
    'begun/journal/0',
    'kept/tree/spool.json',
    'kept/tree/streams/s/0.seg',
  ]

  beforeEach(() => {
    for (const name of [...ours, 'train.mjs', 'other/notes.txt']) write(`tree/${name}`)
    write('tree/copy.json', '{"jobKey":"j","curve":{"serverKey":"a","secretKey":"c"}}')
  })

  test('is left out of a folder, whatever it is called, and that is told once', async () => {
    const errors = worker(`p.logArtifact('.'); p.logArtifact('.')`, path.join(work, 'tree'))
    expect([...(await recorded()).keys()].sort()).toEqual(['tree', 'tree/other/notes.txt', 'tree/train.mjs'])
    expect(errors.match(/own files are left out/g)).toHaveLength(1)
  })

  test('is not recorded by its name either, but for files that an earlier run has kept', async () => {
    const named = ['other/old_3', 'kept/tree', 'results/.provloom/job/connection.json', 'copy.json']
    worker(
      `for (const one of ${JSON.stringify([...named, 'results/mine_0/artifacts/a'])}) p.logArtifact(one)`,
      path.join(work, 'tree'),
    )
    expect([...(await recorded()).keys()]).toEqual(['a'])
    expect((await told('problem')).map(({ code }) => code)).toEqual(named.map(() => 'OWN_FILES'))
  })

  test('makes no work tree dirty', async ({ skip }) => {
    skip(!hasGit, 'needs git')
    const tree = path.join(work, 'tree')
    const git = (...argv: readonly string[]): Buffer =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...argv], { cwd: tree })
    git('init', '-q')
    git('add', 'train.mjs', 'other/notes.txt', 'copy.json')
    git('commit', '-qm', 'one')
    worker(
      `p.logSourceCode('.')
      import fs from 'node:fs'
import os from 'node:os'
      fs.writeFileSync('other/more.txt', '')
      p.logSourceCode('.')`,
      tree,
    )
    expect((await told('source')).map(({ dirty }) => dirty)).toEqual([false, true])
  })
})
