import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/cli.ts'

/** Code blocks marked `ts` of a page. They are plain JavaScript, so that they run as they stand. */
function blocks(page: string): string[] {
  const text = fs.readFileSync(path.join(repository, 'docs', page), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!)
}

const cases = blocks('prov.md').map((code, i) => [i + 1, code] as const)

it('docs/prov.md has examples', () => {
  expect(cases).toHaveLength(5)
})

it.each(cases)('example %i of docs/prov.md runs', (i, code) => {
  // Inside the repository, so that packages are found by their names.
  const folder = path.join(repository, 'node_modules/.cache/provloom-docs')
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `prov-${i}.mjs`)
  fs.writeFileSync(file, code)
  const said = execFileSync(process.execPath, [file], { encoding: 'utf8' })
  for (const [, expected] of code.matchAll(/\/\/ (true|2|23 key-properties)\b/g))
    expect(said).toContain(expected)
})
