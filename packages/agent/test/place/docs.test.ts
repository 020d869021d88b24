import fs from 'node:fs'
import { expect, test } from 'vitest'
import { launchers } from '../../src/place/table.ts'

test('docs/launchers.md lists the launchers of the table, in their order', () => {
  const page = fs.readFileSync(new URL('../../../../docs/launchers.md', import.meta.url), 'utf8')
  const [, table] = page.split('## The table')
  const told = [...table!.split('\n## ')[0]!.matchAll(/^\| ([a-z][\w ]*) \|/gm)].map((match) => match[1])
  expect(told.filter((name) => name !== 'launcher')).toEqual([
    ...new Set(launchers.map(({ launcher }) => launcher)),
  ])
})
