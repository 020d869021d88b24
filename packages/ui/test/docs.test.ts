import fs from 'node:fs'
import { expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { createApi } from '../src/api.ts'

const page = fs.readFileSync(new URL('../../../docs/look.md', import.meta.url), 'utf8')

it('docs/look.md has the address of every answer, and none that there is not', () => {
  const api = createApi(openReader('/nowhere'), {
    directory: '/nowhere',
    shown: '/nowhere',
    host: 'h',
    version: '0',
  })
  const served = api.routes.filter(({ method }) => method === 'GET').map(({ path }) => path)
  const [, table = ''] = page.split('\n| address | answer |')
  const [rows = ''] = table.split('\n\n')
  const told = [...rows.matchAll(/`api(\/[^`?]+)/g)].map(([, path]) => path!.replace('RUN', ':run'))
  expect([...new Set(told)].toSorted()).toEqual([...new Set(served)].toSorted())
})
