import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJson } from '@provloom/prov'
import { RunDocument } from '../../src/document/document.ts'
import { withoutSeries } from '../../src/document/without-series.ts'
import { repository } from '../../../../test/support/cli.ts'

const goldens = path.join(repository, 'test/data/golden')
const documents = fs
  .readdirSync(goldens, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, fs.readFileSync(path.join(goldens, name), 'utf8')] as const)
  .filter(([, text]) => text.startsWith('{\n"prefix":{') && text.includes('mls:ModelEvaluation'))

const idsOf = (document: RunDocument): string[] => [...document.elements.keys()]

describe('a document without its series', () => {
  it('is tried with golden ones', () => {
    expect(documents.length).toBeGreaterThan(0)
  })

  it.each(documents)('has all the rest of %s', (_, text) => {
    const whole = new RunDocument(readJson(text), 0)
    const less = new RunDocument(readJson(withoutSeries(text)!), 0)
    const left = new Set(idsOf(whole).filter((id) => !less.elements.has(id)))
    expect(left.size).toBeGreaterThan(0)
    for (const id of left) {
      const one = whole.element(id)!
      expect(one.is('mls:ModelEvaluation') || one.is('mls:EvaluationMeasure')).toBe(true)
      expect(one.number('provloom:nanRows') ?? 0).toBe(0)
    }
    for (const id of less.elements.keys())
      expect(less.causesOf(id)).toEqual(whole.causesOf(id).filter(({ to }) => !left.has(to)))
  })

  it('is none where the document is laid out otherwise', () => {
    expect(withoutSeries(JSON.stringify(JSON.parse(documents[0]![1]), null, 2))).toBeUndefined()
  })
})
