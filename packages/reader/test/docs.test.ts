import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as thresholds from '../src/why/limits.ts'

const page = fs.readFileSync(new URL('../../../docs/look.md', import.meta.url), 'utf8')

/** Rows of the table whose head begins with a word: their cells. */
function rowsOf(head: string): string[][] {
  const [, table = ''] = page.split(`\n| ${head} |`)
  const [lines = ''] = table.split('\n\n')
  return lines
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const names = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)

describe('docs/look.md', () => {
  it('has every threshold of why with its value', () => {
    expect(
      Object.fromEntries(rowsOf('threshold').map(([name = '', value]) => [names(name)[0], Number(value)])),
    ).toEqual({ ...thresholds })
  })

  it('says of every finding what it means and what its evidence is', () => {
    const source = fs.readFileSync(new URL('../src/answer/why.ts', import.meta.url), 'utf8')
    const [, union = ''] = /export type FindingCode =\n([^\n].*?)\n\n/s.exec(source) ?? []
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code!)
    expect(codes.length).toBeGreaterThan(10)
    const rows = rowsOf('finding')
    expect(rows.flatMap(([name = '']) => names(name)).toSorted()).toEqual(codes.toSorted())
    for (const [name, meaning, evidence] of rows) expect([name, meaning, evidence]).not.toContain('')
  })
})
