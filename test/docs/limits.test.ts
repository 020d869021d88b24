import fs from 'node:fs'
import { expect, it } from 'vitest'
import { limits } from '@provloom/shared'

const page = fs.readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

it.each(Object.entries(limits))('docs/operating.md tells limit %s and its value', (name, value) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
  expect(row, name).toBeDefined()
  expect(row!.split('|')[2]!.trim()).toBe(value.toLocaleString('en-US'))
})

it('docs/operating.md tells no limit that there is not', () => {
  const told = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  expect(told.filter((name) => !Object.hasOwn(limits, name ?? ''))).toEqual([])
})
