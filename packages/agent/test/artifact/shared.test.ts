import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Copy, sharedCopy } from '../../src/artifact/store.ts'
import type { Access, Placed } from '../../src/artifact/store.ts'
import { freshFolder } from '../support/place.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const digest = (text: string): { size: number; sha256: string } => ({
  size: text.length,
  sha256: sha256(text),
})
const access = (mode: number): Access => ({ mode, group: process.getgid?.(), reach: 0o077, folders: [] })

async function begun(root: string, mark: string, text: string): Promise<Copy> {
  const copy = await Copy.begin(path.dirname(root), root, mark, text.length)
  await copy.handle.write(text)
  return copy
}

async function placed(copy: Copy, parts: readonly string[], text: string, mode = 0o644): Promise<Placed> {
  const found = await copy.place(parts, access(mode), digest(text), 'shared')
  await copy.end()
  return found
}

describe('a copy that many put there', () => {
  test('at once is one file, whoever is first', async () => {
    const root = path.join(freshFolder(), 'code')
    const copies = await Promise.all(Array.from({ length: 20 }, (_, n) => begun(root, `worker-${n}`, 'same')))
    const files = await Promise.all(copies.map((copy) => placed(copy, ['train.py'], 'same')))
    expect(new Set(files.map(({ file }) => file))).toEqual(new Set([path.join(root, 'train.py')]))
    expect(fs.readdirSync(root)).toEqual(['train.py'])
  })

  test('of another content has a name by that, which the next of the same finds', async () => {
    const root = path.join(freshFolder(), 'code')
    for (const text of ['one', 'two', 'one', 'two', 'three'])
      await placed(await begun(root, 'w', text), ['src', 'a.py'], text)
    const named = (text: string): string => `a-${sha256(text).slice(0, 8)}.py`
    expect(fs.readdirSync(path.join(root, 'src')).sort()).toEqual(
      ['a.py', named('two'), named('three')].sort(),
    )
    expect(fs.readFileSync(path.join(root, 'src', named('two')), 'utf8')).toBe('two')
  })

  test('is found by who has the same, before anything is written, and is for those alone who may read both', async () => {
    const root = path.join(freshFolder(), 'code')
    expect(await sharedCopy(root, ['a.py'], access(0o600), digest('one'))).toBeUndefined()
    await placed(await begun(root, 'w', 'one'), ['a.py'], 'one')
    expect(await sharedCopy(root, ['a.py'], access(0o600), digest('two'))).toBeUndefined()
    expect(await sharedCopy(root, ['a.py'], access(0o600), digest('one'))).toMatchObject({
      file: path.join(root, 'a.py'),
      mode: 0o600,
    })
  })
})
