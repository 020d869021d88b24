import fs from 'node:fs'
import { expect, it } from 'vitest'
import { flagOf, options, variableOf } from '@provloom/shared'
import type { Option } from '@provloom/shared'

/** The table of docs/options.md, made of the one that the programs read. */
function table(): string {
  const rows = Object.entries(options).map(([name, option]: [string, Option]) => {
    const value = option.kind === 'flag' ? '' : ` ${option.value ?? 'VALUE'}`
    return `| \`${flagOf(name)}${value}\` | \`${variableOf(name)}\` | ${option.parts.join(', ')} | ${option.default ?? '-'} | ${option.help} |`
  })
  return ['| option | environment | for | default | what it does |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  )
}

it('docs/options.md has the options that the programs have', () => {
  const page = fs.readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')
  expect(page).toContain(table())
})
