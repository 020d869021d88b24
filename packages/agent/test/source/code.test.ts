import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import type { Event } from '@provloom/shared'
import { hasGit } from '../../../../test/support/needs.ts'
import { codeOf } from '../../src/source/code.ts'
import type { Code } from '../../src/source/code.ts'
import { recordCode } from '../../src/source/record-code.ts'
import type { Fact } from '../../src/spool/own-stream.ts'
import { agentFor } from '../support/agents.ts'
import { freshFolder } from '../support/place.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'

const never = new AbortController().signal
const variables = { PATH: process.env['PATH'], HOME: '/nonexistent' }
const key = ['AKIA', 'Q3EGWCZTXPLRYV6N'].join('')

function git(folder: string, ...argv: readonly string[]): Buffer {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', folder, ...argv])
}

function write(folder: string, name: string, content: string | Buffer = ''): string {
  const file = path.join(folder, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  return file
}

function repository(): string {
  const folder = fs.realpathSync(freshFolder())
  git(folder, 'init', '-q', '-b', 'main')
  write(folder, 'train.py', 'rate = 1\n')
  git(folder, 'add', '.')
  git(folder, 'commit', '-qm', 'first')
  return folder
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex')
const of = (folder: string, whole = true): Promise<Code> =>
  codeOf({ folder, script: path.join(folder, 'train.py') }, variables, whole, never)
const kindsOf = (code: Code): string[] => code.files.map(({ kind, name }) => `${kind} ${name}`)

describe('of a work tree', () => {
  beforeEach(({ skip }) => skip(!hasGit, 'needs git'))

  test('that is clean the script alone is kept', async () => {
    const code = await of(repository())
    expect(code.source).toMatchObject({ dirty: false })
    expect(kindsOf(code)).toEqual(['script train.py'])
    expect(code.files[0]).toMatchObject({ sha256: sha256('rate = 1\n'), size: 9, copy: true })
  })

  test('with changes the diff is kept, and the hash of all of it is that of the source', async () => {
    const folder = repository()
    write(folder, 'train.py', 'rate = 2\n')
    const code = await of(folder)
    const said = git(folder, 'diff', '--no-color', '--binary', 'HEAD')
    expect(kindsOf(code)).toEqual(['script train.py', 'diff source.diff'])
    expect(code.files[1]).toMatchObject({ bytes: said, size: said.length, sha256: sha256(said) })
    expect(code.files[1]).not.toHaveProperty('path')
    expect(code.source).toMatchObject({ dirty: true, diffSha256: sha256(said) })
  })

  test('what git does not know and is no source is counted', async () => {
    const folder = repository()
    for (const name of ['new.py', 'notes.txt', 'data.bin']) write(folder, name)
    const code = await of(folder)
    expect(kindsOf(code)).toEqual(['script train.py', 'untracked new.py'])
    expect(code.source).toMatchObject({ dirty: true, untrackedOthers: 2 })
  })

  test('another rank of the machine tells neither diff nor untracked files', async () => {
    const folder = repository()
    write(folder, 'train.py', 'rate = 2\n')
    write(folder, 'new.py')
    const [one, other] = [await of(folder), await of(folder, false)]
    expect(kindsOf(other)).toEqual(['script train.py'])
    expect(other.source).toEqual(one.source)
  })

  test('secrets in a diff are cut, its other bytes and packed ones stay as they are', async () => {
    const folder = repository()
    const packed = Buffer.from(Array.from({ length: 999 }, (_, n) => (n * 7) % 256))
    write(folder, 'model.bin', packed)
    git(folder, 'add', '.')
    write(
      folder,
      'train.py',
      Buffer.from(`password = "hunter2secret"\nkey = "${key}"\nnom = "caf\xe9"\n`, 'latin1'),
    )
    const { source, files } = await of(folder)
    const diff = files.find(({ kind }) => kind === 'diff')
    const shown = diff?.bytes?.toString('latin1') ?? ''
    expect(shown).toContain('+nom = "caf\xe9"\n')
    expect(shown).toContain('+password = "***"\n')
    expect(shown).not.toContain(key)
    expect(diff?.problem).toBe('what looks like a secret is cut')
    const whole = git(folder, 'diff', '--no-color', '--binary', 'HEAD')
    expect(source).toMatchObject({ diffSha256: sha256(whole) })
    expect(diff?.sha256).toBe(sha256(diff?.bytes ?? ''))
    const patch = /GIT binary patch\n[^]*?\n\n/.exec(whole.toString('latin1'))?.[0] ?? '-'
    expect(shown).toContain(patch)
  })

  test('of a diff longer than diffKeptBytesMax whole lines from its beginning are kept', async () => {
    const folder = repository()
    write(folder, 'train.py', 'another line\n'.repeat(limits.diffKeptBytesMax / 13 + 1000))
    const { files, source } = await of(folder)
    const diff = files.find(({ kind }) => kind === 'diff')
    expect(diff?.problem).toMatch(/^of \d+ bytes the first 10485760 are kept$/)
    expect(diff?.size).toBeLessThanOrEqual(limits.diffKeptBytesMax)
    expect(diff?.bytes?.toString('latin1').endsWith('\n+another line\n')).toBe(true)
    expect(source).not.toMatchObject({ diffSha256: diff?.sha256 })
  })

  test('a diff is for no more people than each file in it was', async () => {
    const folder = repository()
    write(folder, 'train.py', 'rate = 2\n')
    fs.chmodSync(path.join(folder, 'train.py'), 0o600)
    expect((await of(folder)).files[1]).toMatchObject({ kind: 'diff', mode: 0o600 })
  })

  test('untrackedFilesMax source files that git does not know are kept, more are counted, and no data', async () => {
    const folder = repository()
    for (let n = 0; n <= limits.untrackedFilesMax; n++)
      write(folder, `pack/m${String(n).padStart(3, '0')}.py`, `n = ${n}\n`)
    write(folder, 'data.npy', 'x')
    write(folder, '.gitignore', 'ignored.py\n')
    write(folder, 'ignored.py')
    const code = await of(folder)
    const kept = code.files.filter(({ kind }) => kind === 'untracked')
    expect(kept.map(({ name }) => name)).toEqual(
      Array.from({ length: limits.untrackedFilesMax }, (_, n) => `pack/m${String(n).padStart(3, '0')}.py`),
    )
    expect(kept[7]).toMatchObject({
      path: path.join(folder, 'pack/m007.py'),
      sha256: sha256('n = 7\n'),
      copy: true,
    })
    expect(code.leftOut).toBe(
      `source files in ${folder} that git does not know are not kept: 1 beyond the first 100`,
    )
  })

  test('an untracked file of more than untrackedBytesMax is counted, one that holds a secret has its hash alone', async () => {
    const folder = repository()
    write(folder, 'large.sql', 'x'.repeat(limits.untrackedBytesMax + 1))
    write(folder, 'most.sql', 'x'.repeat(limits.untrackedBytesMax))
    const secret = `key = "${key}"\n`
    write(folder, 'cloud.py', secret)
    fs.symlinkSync('/etc/passwd', path.join(folder, 'link.py'))
    const { files, leftOut } = await of(folder)
    expect(files.slice(1)).toMatchObject([
      { name: 'cloud.py', copy: false, sha256: sha256(secret), problem: expect.stringContaining('secret') },
      { name: 'most.sql', copy: true },
    ])
    expect(leftOut).toContain('1 of more than 1048576 bytes')
  })

  test('that has no commit yet keeps its source files', async () => {
    const folder = fs.realpathSync(freshFolder())
    git(folder, 'init', '-q')
    write(folder, 'train.py', 'x')
    write(folder, 'util.py', 'y')
    const code = await of(folder)
    expect(code.source?.problem).toContain('has no commit yet')
    expect(kindsOf(code)).toEqual(['script train.py', 'untracked train.py', 'untracked util.py'])
  })
})

test('without a repository the script is kept all the same', async () => {
  const folder = freshFolder()
  write(folder, 'train.py', 'x')
  const code = await of(folder)
  expect(code.source).toBeUndefined()
  expect(code.files).toMatchObject([{ kind: 'script', sha256: sha256('x') }])
})

describe('recorded', () => {
  const code: Code = {
    source: undefined,
    leftOut: undefined,
    files: [
      {
        kind: 'script',
        name: 'a.py',
        path: '/w/a.py',
        size: 1,
        mark: '1.2.3',
        mode: 0o644,
        group: 0,
        copy: true,
      },
      {
        kind: 'untracked',
        name: 'a.py',
        path: '/w/a.py',
        size: 1,
        sha256: 'aa',
        mode: 0o644,
        group: 0,
        copy: true,
      },
      {
        kind: 'diff',
        name: 'source.diff',
        bytes: Buffer.from('d'),
        size: 1,
        sha256: 'dd',
        mode: 0o600,
        group: 0,
        copy: true,
      },
    ],
  }
  const recorded = (script: string | undefined, keeps = true): { told: Fact[]; files: string } => {
    const told: Fact[] = []
    const files = freshFolder()
    recordCode(code, { files, script }, (fact) => told.push(fact) > 0 && keeps)
    return { told, files }
  }

  test('the script is told once: by its client where there is one', () => {
    const kinds = (script: string | undefined): unknown[] =>
      recorded(script).told.map((fact) => fact.type === 'artifact' && fact.kind)
    expect(kinds('/w/a.py')).toEqual(['diff'])
    expect(kinds('/w/b.py')).toEqual(['untracked', 'diff'])
    expect(kinds(undefined)).toEqual(['script', 'diff'])
  })

  test('a diff waits in the spool and has no path; what is not recorded leaves nothing there', () => {
    const { told, files } = recorded('/w/a.py')
    const [diff] = told
    expect(diff).toMatchObject({ role: 'input', copy: true, spooled: expect.stringContaining('source.diff') })
    expect(diff).not.toHaveProperty('path')
    expect(fs.readdirSync(files)).toEqual([diff?.type === 'artifact' ? diff.spooled : ''])
    expect(fs.readdirSync(recorded('/w/a.py', false).files)).toEqual([])
  })
})

describe('of a command that calls nothing', () => {
  const recordedBy = async (
    argv: readonly string[],
  ): Promise<{ one: ScriptedAggregator; files: Event[] }> => {
    const one = await new ScriptedAggregator(freshFolder()).start()
    try {
      const { agent } = agentFor(path.dirname(one.runDir), argv)
      expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
    } finally {
      one.stop()
    }
    return { one, files: one.received.of('artifact') }
  }

  test('the script is in the code of its run, as it was, with the mode of the copy', async () => {
    const script = write(freshFolder(), 'run.sh', 'true\n')
    fs.chmodSync(script, 0o640)
    const { one, files } = await recordedBy(['sh', script])
    expect(files).toMatchObject([{ kind: 'script', role: 'input', path: script, sha256: sha256('true\n') }])
    expect(one.received.of('artifact.stored')).toMatchObject([
      {
        stored: 'code/run.sh',
        sha256: sha256('true\n'),
        mode: fs.statSync(path.join(one.runDir, 'code/run.sh')).mode & 0o777,
      },
    ])
    expect(fs.readFileSync(path.join(one.runDir, 'code/run.sh'), 'utf8')).toBe('true\n')
  })

  test.runIf(hasGit)('the diff and the untracked files are in it before the run ends', async () => {
    const folder = repository()
    write(folder, 'run.sh', 'true\n')
    write(folder, 'src/new.py', 'n\n')
    write(folder, 'train.py', 'rate = 3\n')
    const { one } = await recordedBy(['sh', path.join(folder, 'run.sh')])
    const stored = one.received.of('artifact.stored').map((event) => event.stored ?? '')
    expect(stored.toSorted()).toEqual(['code/run.sh', 'code/source.diff', 'code/src/new.py'])
    expect(fs.readFileSync(path.join(one.runDir, 'code/source.diff'))).toEqual(
      git(folder, 'diff', '--no-color', '--binary', 'HEAD'),
    )
    expect(fs.readdirSync(path.join(one.runDir, 'code'))).toHaveLength(3)
  })
})
