import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import { hasGit } from '../../../../test/support/needs.ts'
import { codeOf } from '../../src/source/code.ts'
import type { Code } from '../../src/source/code.ts'
import { freshFolder } from '../support/place.ts'

const never = new AbortController().signal
const variables = { PATH: process.env['PATH'], HOME: '/nonexistent' }

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

const headOf = (folder: string): string => git(folder, 'rev-parse', 'HEAD').toString().trim()

const of = (folder: string): Promise<Code> =>
  codeOf({ folder, script: path.join(folder, 'train.py') }, variables, true, never)

describe.runIf(hasGit)('the diff is what git apply takes, whatever', () => {
  const settings = [
    'diff.noprefix=true',
    'diff.mnemonicPrefix=true',
    'diff.context=0',
    'diff.interHunkContext=40',
    'diff.srcPrefix=x/',
    'diff.dstPrefix=y/',
    'diff.relative=true',
    'diff.renames=copies',
    'diff.algorithm=patience',
    'diff.orderFile=order',
    'diff.suppressBlankEmpty=true',
    'diff.external=false',
    'diff.quoted.textconv=rev',
    'core.quotePath=false',
    'color.ui=always',
    'color.diff=always',
  ]
  const changed = (): string => {
    const folder = repository()
    write(
      folder,
      'sub/lines.py',
      Array.from({ length: 60 }, (_, n) => (n % 7 === 0 ? '\n' : `a = ${n}\n`)).join(''),
    )
    write(folder, 'old.py', 'one\ntwo\nthree\n')
    write(folder, '.gitattributes', '*.py diff=quoted\n')
    git(folder, 'add', '.')
    git(folder, 'commit', '-qm', 'second')
    const lines = fs.readFileSync(path.join(folder, 'sub/lines.py'), 'utf8')
    write(
      folder,
      'sub/lines.py',
      lines.replace('a = 9\n', 'a = 90\n').replace('a = 40\n', 'a = 41\na = 42\n'),
    )
    git(folder, 'mv', 'old.py', 'sub/caf\u00e9.py')
    write(folder, 'model.bin', Buffer.from([0, 1, 2, 255]))
    git(folder, 'add', 'model.bin')
    write(folder, 'train.py', 'rate = 2\n')
    return folder
  }
  const diffIn = async (folder: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const sub = path.join(folder, 'sub')
    const { files } = await codeOf({ folder: sub, script: undefined }, { ...variables, ...more }, true, never)
    return files.find(({ kind }) => kind === 'diff')?.bytes?.toString('utf8') ?? ''
  }

  test.each(settings)('git has for %s', async (setting) => {
    const folder = changed()
    const plain = await diffIn(folder)
    git(folder, 'config', ...setting.split('=', 2))
    const said = await diffIn(folder)
    expect(said).toBe(plain)
    const clone = path.join(freshFolder(), 'clone')
    execFileSync('git', ['clone', '-q', folder, clone])
    const applied = spawnSync('git', ['-C', clone, 'apply', '--whitespace=nowarn'], { input: said })
    expect(applied.stderr.toString()).toBe('')
    for (const name of ['sub/lines.py', 'sub/caf\u00e9.py', 'model.bin', 'train.py'])
      expect(fs.readFileSync(path.join(clone, name)), name).toEqual(fs.readFileSync(path.join(folder, name)))
  })

  test.each(['GIT_DIFF_OPTS=-u0', 'GIT_EXTERNAL_DIFF=false', 'GIT_LITERAL_PATHSPECS=1'])(
    'the variables of its command have for %s',
    async (variable) => {
      const folder = changed()
      const [name = '', value = ''] = variable.split('=')
      expect(await diffIn(folder, { [name]: value })).toBe(await diffIn(folder))
    },
  )
})

describe.runIf(hasGit)('with submodules', () => {
  const inside = (folder: string, name: string): string => {
    const origin = repository()
    git(folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', origin, name)
    return path.join(folder, name)
  }

  test('the changes in each are kept, for git apply in it, and its files that git does not know', async () => {
    const folder = repository()
    const lib = inside(folder, 'lib')
    const deep = inside(lib, 'deep')
    git(lib, 'commit', '-qam', 'deep')
    git(folder, 'commit', '-qam', 'lib')
    write(deep, 'train.py', 'rate = 4\n')
    write(lib, 'new.py', 'n\n')
    const { files, leftOut, source } = await of(folder)
    expect(leftOut).toBeUndefined()
    expect(source).toMatchObject({ dirty: true })
    expect(files.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'script train.py',
      'diff lib/deep/source.diff',
      'untracked lib/new.py',
    ])
    git(deep, 'checkout', '-q', 'train.py')
    const applied = spawnSync('git', ['-C', deep, 'apply'], { input: files[1]?.bytes })
    expect(applied.stderr.toString()).toBe('')
    expect(fs.readFileSync(path.join(deep, 'train.py'), 'utf8')).toBe('rate = 4\n')
  })

  test('submodulesMax are looked into', async () => {
    const folder = repository()
    const lib = inside(folder, 'lib00')
    for (let n = 1; n <= limits.submodulesMax; n++) {
      const name = `lib${String(n).padStart(2, '0')}`
      execFileSync('git', ['clone', '-q', lib, path.join(folder, name)])
      git(folder, 'update-index', '--add', '--cacheinfo', `160000,${headOf(lib)},${name}`)
    }
    git(folder, 'commit', '-qm', 'libs')
    for (let n = 0; n <= limits.submodulesMax; n++)
      write(folder, `lib${String(n).padStart(2, '0')}/train.py`, `rate = ${n + 7}\n`)
    const { files, leftOut } = await of(folder)
    expect(files.filter(({ kind }) => kind === 'diff')).toHaveLength(limits.submodulesMax)
    expect(leftOut).toBe(`of the submodules of ${folder} with changes only the first 16 are kept`)
  })

  test('a repository that is none of them is told by its place', async () => {
    const folder = repository()
    const other = path.join(folder, 'vendor/other')
    fs.mkdirSync(other, { recursive: true })
    git(other, 'init', '-q')
    write(other, 'x.py', 'x')
    git(other, 'add', '.')
    git(other, 'commit', '-qm', 'x')
    expect((await of(folder)).leftOut).toBe(
      `git repositories inside that of ${folder} which are no submodules of it, and whose source is not kept: ${other}/`,
    )
  })
})
