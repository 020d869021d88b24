import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/cli.ts'

const rooms = ['packages', 'test', 'bench', 'clients', 'examples', '.ci']
const made = /^(?:node_modules|dist|__pycache__|\.cache|build|.*\.egg-info)$/

const beside = (file: string): string => path.dirname(file)
const root = (): string => repository
const client = (): string => path.join(repository, 'clients/python')

/**
 * Paths as our sources write them, and what they start from: an import, a URL, or the arguments behind a folder. Other
 * texts with `..`, such as names that an attacker would give, are no paths of ours.
 */
const anchored: readonly (readonly [from: (file: string) => string, RegExp])[] = [
  [beside, /(?:\bfrom|\bimport\(?|\bnew URL\()\s*(?<parts>(['"`])\.\.[^'"`\n]*\2)/g],
  [beside, /\bimport\.meta\.dirname(?<parts>(?:,\s*(['"`])[^'"`\n]*\2)+)/g],
  [beside, /\$\(dirname "\$0"\)"?(?<parts>\/[^\s"')]*)/g],
  [root, /\b(?:repository|root)(?<parts>(?:,\s*(['"`])[^'"`\n]*\2)+)/g],
  [client, /\bCLIENT(?<parts>(?:,\s*(['"`])[^'"`\n]*\2)+)/g],
]

it('no file names a path outside the repository, so that a clone needs nothing beside it', () => {
  const files = rooms
    .flatMap((room) => filesIn(path.join(repository, room)))
    .filter((file) => file !== import.meta.filename)
  expect(files.length).toBeGreaterThan(500)
  expect(files.flatMap((file) => outside(file, fs.readFileSync(file, 'utf8')))).toEqual([])
})

it.each([
  ["path.resolve(repository, '../beside/data')", '../beside/data'],
  ["path.join(import.meta.dirname, '..', '..', '..', 'beside')", '../../../beside'],
  ["import { a } from '../../../beside/a.ts'", '../../../beside/a.ts'],
  ["new URL('../../../beside', import.meta.url)", '../../../beside'],
  ['os.path.join(CLIENT, "..", "..", "..", "beside")', '../../../beside'],
  ['cd "$(dirname "$0")/../../../beside"', '../../../beside'],
])('sees %s', (source, named) => {
  expect(outside(path.join(repository, 'test/docs/a.ts'), source)).toEqual([`test/docs/a.ts: ${named}`])
})

function filesIn(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const whole = path.join(folder, entry.name)
    if (entry.isDirectory()) return made.test(entry.name) ? [] : filesIn(whole)
    return entry.isFile() ? [whole] : []
  })
}

function outside(file: string, text: string): string[] {
  return anchored
    .flatMap(([from, pattern]) =>
      Array.from(text.matchAll(pattern), (match) => [from(file), pathOf(match)] as const),
    )
    .filter(([from, named]) => path.relative(repository, path.resolve(from, named)).startsWith('..'))
    .map(([, named]) => `${path.relative(repository, file)}: ${named}`)
}

function pathOf(match: RegExpMatchArray): string {
  const parts = match.groups!['parts']!.split(',').map((part) => part.trim().replaceAll(/^['"`]|['"`]$/g, ''))
  return path.join('.', ...parts)
}
