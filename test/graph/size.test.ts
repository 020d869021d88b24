import { labelOf, readJson } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { exampleText } from './support/document.ts'
import { bytesMax, recordsMax } from './support/law.ts'
import { exampleOf } from './support/plan.ts'
import type { ExampleOptions } from './support/plan.ts'

/** Ten series a rank in two contexts, ten devices a host. */
const typical = { series: 10, rows: 4, devices: 'many' } as const

describe('the document of a run', () => {
  it.each([4, 9, 128, 1024])('keeps the size law at %i ranks', (ranks) => {
    const example = exampleOf({ ranks, ...typical })
    const text = exampleText(example)
    expect(readJson(text).records.length).toBeLessThanOrEqual(recordsMax(example))
    expect(text.length).toBeLessThanOrEqual(bytesMax(example))
  })

  it('grows by at most two records and 0.56 kB for a further series', () => {
    const sizeOf = (series: number): { records: number; bytes: number } => {
      const text = exampleText({ ...typical, ranks: 16, series })
      return { records: readJson(text).records.length, bytes: text.length }
    }
    const [ten, thirty] = [sizeOf(10), sizeOf(30)]
    expect(thirty.records - ten.records).toBeLessThanOrEqual(16 * 20 * 2 + 20)
    expect(thirty.bytes - ten.bytes).toBeLessThanOrEqual(16 * 20 * 560)
  })

  it('does not grow with the points', () => {
    const [few, many] = [10, 1000].map((rows) => readJson(exampleText({ ranks: 4, rows, versions: 3 })))
    expect(many!.records.length).toBe(few!.records.length)
  })

  it('has one set of 100 parameters alike at 1,024 ranks, and few records of parameters', () => {
    const example: ExampleOptions = { ranks: 1024, alike: 100, versions: 0, places: true, rows: 1 }
    const document = readJson(exampleText(example))
    expect(ofType(document, 'ParameterSet')).toHaveLength(1)
    expect(usesAndSets(document)).toBeLessThanOrEqual(4300)
  })
})

function ofType(document: ProvDocument, type: string): string[] {
  return document.records.flatMap(({ id, attributes }) =>
    id !== null &&
    attributes.some(
      ([name, value]) => name.local === 'type' && value.type === 'name' && value.name.local === type,
    )
      ? [labelOf(id)]
      : [],
  )
}

/** Sets, what they hold, and who used which parameters: never ranks x parameters. */
function usesAndSets(document: ProvDocument): number {
  const sets = new Set(ofType(document, 'ParameterSet'))
  const settings = new Set([...sets, ...ofType(document, 'HyperParameterSetting')])
  const relations = document.records.filter(
    ({ kind, args }) =>
      (kind === 'used' || kind === 'wasDerivedFrom' || kind === 'hadMember') &&
      Object.values(args).some((end) => end !== undefined && settings.has(labelOf(end))),
  )
  return sets.size + relations.length
}
