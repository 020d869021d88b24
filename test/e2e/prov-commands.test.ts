import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { equalDocuments, readJson } from '@provloom/prov'
import { folder, provloom } from '../support/cli.ts'

const valid =
  'document\n prefix ex <http://www.example.org/>\n entity(ex:e)\n activity(ex:a, -, -)\n wasGeneratedBy(ex:e, ex:a, -)\nendDocument\n'
const twice =
  'document\n prefix ex <http://www.example.org/>\n activity(ex:a, 2026-01-01T00:00:00Z, -)\n activity(ex:a, 2026-01-02T00:00:00Z, -)\nendDocument\n'

function fileOf(name: string, text: string): string {
  const file = path.join(folder(), name)
  fs.writeFileSync(file, text)
  return file
}

describe('provloom validate', () => {
  it('ends with 0 and says valid', async () => {
    const result = await provloom(['validate', fileOf('a.provn', valid)])
    expect(result.stdout).toMatch(/a\.provn: valid\n$/)
    expect(result.code).toBe(0)
  })

  it('ends with 1 and says which constraint, which records and why', async () => {
    const result = await provloom(['validate', fileOf('a.provn', twice)])
    expect(result.stdout).toContain('1 violation')
    expect(result.stdout).toContain('2026-01-02T00:00:00Z')
    expect(result.code).toBe(1)
  })

  it('ends with 2 and says where the document is malformed', async () => {
    const result = await provloom([
      'validate',
      fileOf('a.provn', valid.replace('entity(ex:e)', 'entity(ex:e')),
    ])
    expect(result.stderr).toMatch(/line \d+, column \d+: expected .* found .*\[FILE_UNREADABLE\]\nTry: /)
    expect(result.code).toBe(2)
  })

  it('reads every file, and says all as JSON for machines', async () => {
    const files = [fileOf('a.provn', valid), fileOf('b.provn', twice), '/no/such/file.json']
    const result = await provloom(['validate', '--json', ...files])
    expect(JSON.parse(result.stdout)).toMatchObject([
      { file: files[0], valid: true, violations: [], remarks: [] },
      { file: files[1], valid: false, violations: [{ constraint: 22, count: 2, records: [{}, {}] }] },
      { valid: null, error: { code: 'FILE_UNREADABLE' } },
    ])
    expect(result.code).toBe(2)
  })
})

describe('remarks of provloom validate', () => {
  const odd = (): string =>
    fileOf(
      'odd.json',
      JSON.stringify({
        prefix: { ex: 'www.example.org/' },
        activity: { 'ex:a': { 'prov:startedAtTime': '2026-01-01T00:00:00Z' }, 'ex:b': {} },
      }),
    )

  it('are told with how many records they concern, and are no violations', async () => {
    const result = await provloom(['validate', odd()])
    expect(result.stdout).toMatch(/odd\.json: valid, 2 remarks\n/)
    expect(result.stdout).toContain('namespace-no-iri (ex), 2 records: ')
    expect(result.stdout).toContain('term-of-prov-o (prov:startedAtTime), 1 record: ')
    expect(result.code).toBe(0)
  })

  it('end it with 1 when they count, and only then', async () => {
    expect((await provloom(['validate', '--strict', odd()])).code).toBe(1)
    expect((await provloom(['validate', '--strict', fileOf('a.provn', valid)])).code).toBe(0)
  })

  it('are in the JSON beside the violations', async () => {
    const result = await provloom(['validate', '--json', odd()])
    expect(JSON.parse(result.stdout)).toMatchObject([
      {
        valid: true,
        violations: [],
        remarks: [
          { code: 'namespace-no-iri', name: 'ex', count: 2, bundle: null },
          { code: 'term-of-prov-o', count: 1, records: [{ kind: 'activity', id: 'www.example.org/a' }] },
        ],
      },
    ])
    expect(result.code).toBe(0)
  })

  it('stand beside every file by its name, and a line at the end says all', async () => {
    const files = [fileOf('a.provn', valid), odd(), fileOf('b.provn', twice), '/no/such/file.json']
    const result = await provloom(['validate', ...files])
    expect(result.stdout.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
      `${files[0]}: valid`,
      `${files[1]}: valid, 2 remarks`,
      `${files[2]}: 1 violation`,
      `${files[3]}: unreadable`,
      '4 files: 2 valid, 1 with violations, 1 unreadable; 1 violation and 2 remarks in all',
      '',
    ])
    expect(result.code).toBe(2)
  })

  it('are explained in its help, with examples and exit codes', async () => {
    const { stdout } = await provloom(['validate', '--help'])
    for (const words of ['--strict', 'Exit code: 0 valid', 'Examples:']) expect(stdout).toContain(words)
  })
})

describe('provloom convert', () => {
  it.each(['json', 'provn', 'xml', 'ttl', 'trig', 'jsonld'])(
    'goes to %s and back without loss',
    async (ending) => {
      const dir = folder()
      const original = fileOf('a.provn', valid)
      const [there, back] = [path.join(dir, `b.${ending}`), path.join(dir, 'c.json')]
      expect((await provloom(['convert', original, there])).code).toBe(0)
      expect((await provloom(['convert', there, back])).code).toBe(0)
      const straight = path.join(dir, 'd.json')
      await provloom(['convert', original, straight])
      expect(equalDocuments(readJson(fs.readFileSync(back)), readJson(fs.readFileSync(straight)))).toBe(true)
    },
  )

  it('goes to XML with control characters in a label, and says what it wrote in their place', async () => {
    const original = fileOf(
      'a.json',
      JSON.stringify({ entity: { 'user:e': { 'prov:label': 'a\u0001b' } }, prefix: { user: 'http://x/' } }),
    )
    const there = path.join(folder(), 'b.xml')
    const result = await provloom(['convert', original, there])
    expect(result.code).toBe(0)
    expect(result.stderr).toContain('1 value with control characters')
    expect(fs.readFileSync(there, 'utf8')).toContain('a␁b')
  })

  it.each(['ttl', 'trig'])('goes to %s and says which records of one name that mixes', async (ending) => {
    const result = await provloom(['convert', fileOf('a.provn', twice), path.join(folder(), `b.${ending}`)])
    expect(result.stderr).toContain(
      'ex:a has several start times: 2026-01-01T00:00:00Z and 2026-01-02T00:00:00Z',
    )
    expect(result.code).toBe(0)
  })

  it('says nothing of them where the format keeps them apart', async () => {
    const result = await provloom(['convert', fileOf('a.provn', twice), path.join(folder(), 'b.json')])
    expect(result.stderr).toBe('')
  })

  it('writes the context of JSON-LD into the document when asked to, and reads it again', async () => {
    const [there, back] = [path.join(folder(), 'b.jsonld'), path.join(folder(), 'c.provn')]
    const original = fileOf('a.provn', valid)
    expect((await provloom(['convert', original, there, '--context', 'inline'])).code).toBe(0)
    expect(fs.readFileSync(there, 'utf8')).not.toContain('context.jsonld')
    expect((await provloom(['convert', there, back])).code).toBe(0)
    expect(fs.readFileSync(back, 'utf8')).toContain('wasGeneratedBy(ex:e, ex:a, -)')
  })

  it.each([
    ['another format than JSON-LD', 'b.ttl', 'inline', 'Only PROV-JSONLD has a context'],
    ['another word than inline or address', 'b.jsonld', 'outline', 'inline or address'],
  ])('refuses --context with %s', async (_, name, where, words) => {
    const result = await provloom([
      'convert',
      fileOf('a.provn', valid),
      path.join(folder(), name),
      '--context',
      where,
    ])
    expect(result.stderr).toContain(words)
    expect(result.code).toBe(2)
  })

  it('says what a format cannot hold, and which can, and ends with 2', async () => {
    const bundled = valid.replace('endDocument', ' bundle ex:b\n  entity(ex:x)\n endBundle\nendDocument')
    const result = await provloom(['convert', fileOf('a.provn', bundled), path.join(folder(), 'b.ttl')])
    expect(result.stderr).toMatch(/a document without bundles.*\[BAD_OPTION\]\nTry: +write it as TriG/)
    expect(result.code).toBe(2)
  })

  it('reads standard input and writes standard output', async () => {
    const result = await provloom(['convert', '-', '-', '--from', 'provn', '--to', 'json'], { input: valid })
    expect(JSON.parse(result.stdout)).toMatchObject({ entity: { 'ex:e': {} } })
  })

  it('names the formats when the ending tells none', async () => {
    const result = await provloom(['convert', fileOf('a.txt', valid), '-'])
    expect(result.stderr).toContain('--from')
    expect(result.stderr).toContain('jsonld')
    expect(result.code).toBe(2)
  })
})

describe('provloom draw', () => {
  it('makes SVG and DOT', async () => {
    const dir = folder()
    const file = fileOf('a.provn', valid)
    for (const [output, start] of [
      ['out.svg', '<'],
      ['out.dot', 'digraph'],
    ] as const) {
      expect((await provloom(['draw', file, '-o', path.join(dir, output)])).code).toBe(0)
      expect(fs.readFileSync(path.join(dir, output), 'utf8').trimStart().startsWith(start)).toBe(true)
    }
  })

  it('draws the record of a run as what went in, ran and came out, whatever the file is called, and anything else as a graph', async () => {
    const dir = folder()
    const golden = path.resolve(import.meta.dirname, '../data/golden/documents/4-ranks.json')
    const copy = path.join(dir, 'any-name.json')
    fs.copyFileSync(golden, copy)
    const run = await provloom(['draw', copy, '--title', 'A run'])
    expect(run.code, run.stderr).toBe(0)
    for (const words of ['A run', 'went in', 'what ran', 'came out'])
      expect(run.stdout).toContain(`>${words}</text>`)
    const dark = await provloom(['draw', copy, '--theme', 'dark', '--machinery', '--attributes'])
    expect(dark.stdout).toContain('>what recorded it</text>')
    const graph = await provloom(['draw', fileOf('a.provn', valid)])
    expect(graph.stdout).not.toContain('went in')
    const full = await provloom(['draw', copy, '--full'])
    expect(full.stdout).not.toContain('went in')
  })

  it('refuses what a graph cannot show', async () => {
    for (const option of [['--machinery'], ['--theme', 'dark'], ['--theme', 'blue']]) {
      const { code, stderr } = await provloom(['draw', fileOf('a.provn', valid), ...option])
      expect(code).toBe(2)
      expect(stderr).toContain(option[1] === 'blue' ? 'There is no theme blue' : option[0])
    }
  })
})

describe('provloom merge', () => {
  it('makes one of several, and ends with 1 when they contradict each other, telling how', async () => {
    const dir = folder()
    const [a, b] = twice
      .split('\n')
      .filter((line) => line.includes('activity'))
      .map((line, i) => {
        return fileOf(`${i}.provn`, `document\n prefix ex <http://www.example.org/>\n${line}\nendDocument\n`)
      })
    const output = path.join(dir, 'all.json')
    const contradicting = await provloom(['merge', a!, b!, '-o', output])
    expect(contradicting.code).toBe(1)
    expect(contradicting.stderr).toContain('start time')
    const same = await provloom(['merge', a!, a!, '-o', output])
    expect(same.code).toBe(0)
    expect(readJson(fs.readFileSync(output)).records).toHaveLength(1)
  })
})
