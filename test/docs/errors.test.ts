import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { errorCodes } from '@provloom/shared'

const root = path.resolve(import.meta.dirname, '../..')

/** Said by the shell that starts us, before anything of ours is loaded. */
const ofStart = ['NOT_BUILT', 'NO_NODE']

it('docs/operating.md has every code of an error, and no other', () => {
  const page = fs.readFileSync(path.join(root, 'docs/operating.md'), 'utf8')
  const table = page.slice(page.indexOf('| code | when |'), page.indexOf('## Problems of a run'))
  const told = [...table.matchAll(/^\| ([A-Z_, ]+) \|/gm)].flatMap((match) => match[1]!.split(', '))
  expect(told.sort()).toEqual([...errorCodes, ...ofStart].sort())
})

it('every code is given to an error somewhere', () => {
  const names = fs.readdirSync(path.join(root, 'packages'), { recursive: true, encoding: 'utf8' })
  const texts = names
    .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name))
    .map((name) => fs.readFileSync(path.join(root, 'packages', name), 'utf8'))
  const given = (code: string): number =>
    texts.reduce((sum, text) => sum + text.split(`'${code}'`).length - 1, 0)
  // Once in the list itself.
  expect(errorCodes.filter((code) => given(code) < 2)).toEqual([])
})
