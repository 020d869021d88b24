import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { isHint, problemWords } from '@provloom/shared'

const root = new URL('../../', import.meta.url).pathname

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), 'utf8')
}

function sources(folder: string, ending: string): string {
  const files = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
  const ours = files.filter((file) => file.endsWith(ending) && !file.endsWith('problems.ts'))
  return ours.map((file) => read(path.join(folder, file))).join('\n')
}

/** The codes that a source says, by the calls and fields that take one. */
function codesIn(text: string): Set<string> {
  const ways = [
    /\bproblem\(\s*["']([A-Z_]+)["']/g,
    /\brefuse\(\s*["'][\w-]+["'],\s*["']([A-Z_]+)["']/g,
    /\b(?:tellProblem\((?:[^,]+,){2}|#tell\(|_note\(|Remark\([^,]+,)\s*["']([A-Z_]+)["']/g,
    /type: 'problem', code: '([A-Z_]+)'/g,
    /"problem",\s+code="([A-Z_]+)"/g,
    /\bremark: \{ code: '([A-Z_]+)'/g,
    /\bwithin\([^{]+\{ code: '([A-Z_]+)'/g,
    /\bnote\('([A-Z_]+)'/g,
    // Words of a rank's own, in packages/graph/src.
    /(?:\[|=>)\s*[`']([A-Z_]+): /g,
    /Typed\([^()]*(?:\([^()]*\))?[^()]*, \("([A-Z_]+)"/g,
    /_TOO_LARGE = \("([A-Z_]+)"/g,
    /code: '([A-Z_]+)',\n\s+(?:words|message)\b/g,
    /code = "([A-Z_]+)" if .* else "([A-Z_]+)"/g,
    /problem\(gone \? '([A-Z_]+)' : '([A-Z_]+)'/g,
    /'(RANKS_APART)'/g,
  ]
  return new Set(
    ways.flatMap((way) => [...text.matchAll(way)].flatMap((match) => match.slice(1))).filter(Boolean),
  )
}

it('docs/operating.md has every kind of problem, in the words of the summary', () => {
  const rows = Object.entries(problemWords).map(
    ([code, { what, try: cure }]) => `| ${code} | ${what} | ${cure} |`,
  )
  expect(read('docs/operating.md')).toContain(['| code | what | try |', '|---|---|---|', ...rows].join('\n'))
})

it('every code that the Python client says has words', () => {
  const said = codesIn(sources('clients/python/provloom', '.py'))
  expect([...said].filter((code) => !Object.hasOwn(problemWords, code))).toEqual([])
  expect(said.size).toBeGreaterThan(20)
})

it('every kind of problem is one that somebody says', () => {
  const folders = ['agent', 'graph', 'aggregator', 'cli'].map((name) =>
    sources(`packages/${name}/src`, '.ts'),
  )
  const own = read('packages/graph/src/problems.ts')
  const said = codesIn([sources('clients/python/provloom', '.py'), own, ...folders].join('\n'))
  expect(Object.keys(problemWords).filter((code) => !said.has(code))).toEqual(['OTHER'])
  expect([...said].filter((code) => !Object.hasOwn(problemWords, code) && !isHint(code))).toEqual([])
})
