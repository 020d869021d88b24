import { expect, test } from 'vitest'
import { copyName, partsOf, withFreeName } from '../../src/artifact/place.ts'

test.each([
  ['a.txt', undefined, ['a.txt']],
  ['a/b.txt', 'sub/./x/', ['sub', 'x', 'a', 'b.txt']],
  ['/etc/passwd', undefined, ['etc', 'passwd']],
  ['../a', undefined, undefined],
  ['a', '../x', undefined],
  ['.', undefined, undefined],
  ['a\0b', undefined, undefined],
])('the place of %j below the subfolder %j is %j', (name, subfolder, parts) => {
  expect(partsOf(subfolder, name)).toEqual(parts)
})

test.each([
  ['input_0', '/w/config.yaml', 'input_0.yaml'],
  ['folder/input', '/w/a.csv', 'folder/input.csv'],
  ['epoch-0.5', '/w/m.pt', 'epoch-0.5.pt'],
  ['notes.md', '/w/notes.txt', 'notes.md'],
  ['notes', '/w/notes', 'notes'],
  ['env', '/w/.env', 'env'],
  ['model', undefined, 'model'],
])('the copy of %j from %j is called %j', (name, file, called) => {
  expect(copyName(name, file)).toBe(called)
})

/** A disk that takes names of so many bytes; those of `taken` are taken. */
function nameOn(bytes: number, wanted: string, taken: readonly string[] = []): Promise<string> {
  return withFreeName(wanted, async (name) => {
    if (Buffer.byteLength(name) > bytes) throw Object.assign(new Error(name), { code: 'ENAMETOOLONG' })
    return taken.includes(name) ? undefined : name
  })
}

test('a name that is taken gets a number before its ending', async () => {
  expect(await nameOn(255, 'a.tar', ['a.tar', 'a-2.tar'])).toBe('a-3.tar')
})

test('a name is shortened as far as the disk wants it, never within a letter, and two stay two', async () => {
  const long = `${'ä'.repeat(200)}.pt`
  for (const bytes of [255, 143]) {
    const [one, other] = [await nameOn(bytes, long), await nameOn(bytes, `ä${long}`)]
    expect(one).toMatch(/^ä+~[0-9a-f]{8}\.pt$/)
    expect(Buffer.byteLength(one)).toBeGreaterThan(bytes - 6)
    expect(one).not.toBe(other)
    expect(await nameOn(bytes, long, [one])).toMatch(/^ä+~[0-9a-f]{8}\.pt$/)
  }
  await expect(nameOn(100, long)).rejects.toThrow('too long here')
})
