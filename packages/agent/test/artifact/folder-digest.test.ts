import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock } from '@provloom/shared'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/artifact/folder-digest.ts'
import type { FolderDigest, Reading } from '../../src/artifact/folder-digest.ts'
import { AskedOnce } from '../../src/source/asked-once.ts'
import { freshFolder } from '../support/place.ts'

const never = new AbortController().signal

function digest(place: string, more: Partial<Reading> = {}): Promise<FolderDigest> {
  return digestOf({ place, sizeThen: undefined, known: new Set(), once: undefined, signal: never, ...more })
}

/** A data set of three files and a link to one of them. */
function dataset(): string {
  const folder = freshFolder()
  fs.mkdirSync(path.join(folder, 'b/c'), { recursive: true })
  for (const [name, text] of [
    ['b.bin', 'twelve bytes'],
    ['b/c/x', 'one'],
    ['a\nline', ''],
  ] as const)
    fs.writeFileSync(path.join(folder, name), text)
  fs.symlinkSync('b/c/x', path.join(folder, 'link'))
  return folder
}

/** What the tools of any Linux say. */
function judged(folder: string): string {
  const lines = execFileSync(
    'sh',
    ['-c', 'find . ! -type d -printf "%P\\0" | LC_ALL=C sort -z | xargs -0 sha256sum'],
    {
      cwd: folder,
    },
  )
  return createHash('sha256').update(lines).digest('hex')
}

test('the digest of a folder is that of what sha256sum prints of its files', async () => {
  const folder = dataset()
  expect(await digest(folder)).toEqual({ size: 18, files: 4, sha256: judged(folder) })
})

test('the digest of a folder that is too large says how far it goes, and has the sizes of what is behind that', async () => {
  const folder = dataset()
  expect(limits.folderDigestBytesMax).toBeGreaterThan(11)
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  const lines = `\\${sha256('')}  a\\nline\n12  b.bin\n3  b/c/x\n3  link\n`
  expect(await digest(folder, { bytesMax: 11 })).toEqual({
    size: 18,
    files: 4,
    partialSha256: sha256(lines),
    hashedFiles: 1,
    hashedBytes: 0,
  })
})

test('what belongs to a folder and cannot be read leaves it without a digest, and is named', async () => {
  const folder = dataset()
  fs.symlinkSync('nowhere', path.join(folder, 'dangling'))
  fs.symlinkSync('b', path.join(folder, 'loop'))
  const problem = 'no digest of all of it: without dangling (ENOENT), loop (no file)'
  expect(await digest(folder)).toEqual({ size: 18, files: 4, problem })
})

test('what is Provloom’s own is no part of a data set, and one that has changed since is told as that', async () => {
  const folder = dataset()
  const before = await digest(folder)
  const own = path.join(folder, 'prov/.provloom')
  fs.mkdirSync(own, { recursive: true })
  fs.writeFileSync(path.join(own, 'keys'), 'secret')
  expect(await digest(folder, { sizeThen: 18 })).toEqual(before)
  fs.writeFileSync(path.join(folder, 'more'), 'x')
  expect(await digest(folder, { sizeThen: 18 })).toEqual({
    problem: 'it has changed since it was logged',
  })
})

test('whoever wants to know of files that another agent has read does not read them again', async () => {
  const [folder, asked] = [dataset(), path.join(freshFolder(), 'asked')]
  const agent = (): AskedOnce => new AskedOnce(asked, systemClock(), 'a-boot-id')
  const first = await digest(folder, { once: agent() })
  const [answer = ''] = fs.readdirSync(asked).filter((name) => name.split('.').length === 2)
  fs.writeFileSync(path.join(asked, answer), JSON.stringify({ sha256: 'as another said' }))
  expect(await digest(folder, { once: agent() })).toEqual({ ...first, sha256: 'as another said' })
  fs.utimesSync(path.join(folder, 'b.bin'), 1, 1)
  expect(await digest(folder, { once: agent() })).toEqual(first)
})
