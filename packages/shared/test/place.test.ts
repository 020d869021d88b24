import { expect, test } from 'vitest'
import { isNameable, saveDirIn } from '../src/place.ts'

test('a save directory is taken from the working folder, or is whole', () => {
  expect(saveDirIn('/work', 'prov')).toBe('/work/prov')
  expect(saveDirIn('', '/data/../prov')).toBe('/prov')
})

test.each([
  ['', 'prov'],
  ['/work', '/data/\udcff'],
  ['/work', '/data/\ufffd'],
])('no other folder is taken for one that cannot be found: %j %j', (directory, folder) => {
  expect(() => saveDirIn(directory, folder)).toThrow(expect.objectContaining({ code: 'SAVE_DIR_UNKNOWN' }))
})

test('letters beyond ASCII have a name', () => {
  expect([isNameable('/测/😀'), isNameable('/\ud800')]).toEqual([true, false])
})
