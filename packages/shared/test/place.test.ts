import { expect, test } from 'vitest'
import { shownPath, isNameable, saveDirIn } from '../src/place.ts'

test('a save directory is taken from the working folder, or is whole', () => {
  expect(saveDirIn('/home/ada', 'prov')).toBe('/home/ada/prov')
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

test.each([
  ['/data/prov/e_0', '/data', 'prov/e_0'],
  ['/data/prov/e_0', '/data/other', '/data/prov/e_0'],
  ['/data/prov/e_0', '/', '/data/prov/e_0'],
  ['/data', '/data', '/data'],
  ['/data/prov', '', '/data/prov'],
])('%s is shown at %j as %s', (folder, from, shown) => {
  expect(shownPath(folder, from)).toBe(shown)
})
