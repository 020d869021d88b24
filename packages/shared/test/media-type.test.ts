import { expect, test } from 'vitest'
import { endingOf, mediaTypeOf } from '../src/media-type.ts'

test.each([
  ['/w/m.pt', undefined],
  ['m.SafeTensors', undefined],
  ['a.npz', 'application/zip'],
  ['conf.YAML', 'application/yaml'],
  ['report.md', 'text/markdown'],
  ['notes', undefined],
  ['run.d/notes', undefined],
  ['x.unheard-of', undefined],
])('%s is %s on every machine', (name, type) => {
  expect(mediaTypeOf(name)).toBe(type)
})

test.each([
  ['config.yaml', '.yaml'],
  ['input_0', ''],
  ['epoch-0.5', ''],
  ['.env', ''],
  ['a.d/.env', ''],
  ['a.d/b', ''],
  ['a/b.tar.gz', '.gz'],
])('the ending of %s is "%s"', (name, ending) => {
  expect(endingOf(name)).toBe(ending)
})
