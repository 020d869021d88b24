import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { named, works } from '../../../test/support/needs.ts'
import { unifiedDiff } from '../src/diff/unified.ts'
import { folder } from './support/runs.ts'

const of = (before: string | undefined, after: string | undefined): string =>
  unifiedDiff({ name: 'a', text: before }, { name: 'b', text: after })

it('tells what was changed with three lines around it, and near changes together', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `${i}\n`)
  const changed = lines.map((line, i) => (i === 10 || i === 14 ? `new ${line}` : line)).join('')
  expect(of(lines.join(''), changed)).toBe(
    [
      '--- a\n+++ b\n@@ -8,11 +8,11 @@\n',
      ' 7\n 8\n 9\n-10\n+new 10\n 11\n 12\n 13\n-14\n+new 14\n 15\n 16\n 17\n',
    ].join(''),
  )
})

it('tells nothing of equal texts, of a new one all of it, and where a last line has no end', () => {
  expect(of('x\n', 'x\n')).toBe('')
  expect(of(undefined, 'x\ny')).toBe(
    '--- /dev/null\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n\\ No newline at end of file\n',
  )
})

it('tells texts that are too far apart as one in place of the other', () => {
  const many = (word: string): string => `${word}\n`.repeat(3_000)
  const patch = of(many('a'), many('b'))
  expect(patch.split('\n').slice(2, 4)).toEqual(['@@ -1,3000 +1,3000 @@', '-a'])
})

const hasPatch = works('patch', ['--version'])
it.skipIf(!hasPatch)(
  named('is what patch makes of the one text the other with', hasPatch, 'no patch'),
  () => {
    const text = fc
      .tuple(
        fc.array(fc.constantFrom('a\n', 'b\n', '}\n', '\n', '-x\n', '+y\n'), { maxLength: 30 }),
        fc.boolean(),
      )
      .map(([lines, whole]) => `${lines.join('')}${whole ? '' : 'end'}`)
    const place = folder()
    const file = path.join(place, 'text')
    // patch removes a folder that it leaves empty.
    fs.writeFileSync(path.join(place, 'other'), '')
    fc.assert(
      fc.property(text, text, (before, after) => {
        fs.writeFileSync(file, before)
        const patch = of(before, after)
        if (patch !== '') execFileSync('patch', ['-s', '-E', file], { input: patch, cwd: place })
        expect(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '').toBe(after)
      }),
      { numRuns: 60, seed: 12 },
    )
  },
)
