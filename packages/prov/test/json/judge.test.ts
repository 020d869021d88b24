import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differences, eachName, readJson, writeJson, type ProvDocument } from '@provloom/prov'
import { readProvn } from '@provloom/prov/provn'
import { readXml } from '@provloom/prov/xml'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { judged, judgePython, skippedWithoutJudge } from '../support/judge.ts'

/**
 * Python writes attributes whose local part XML does not allow, and those outside ASCII, as tags that are not well-formed,
 * does not declare the default namespace of a bundle, and has labels as strings only, as the schema does.
 */
function isWellWrittenXml(document: ProvDocument): boolean {
  const bundled = document.bundles.flatMap((bundle) => bundle.records)
  const records = [...document.records, ...bundled]
  const names = records.flatMap((record) => record.attributes.map(([attribute]) => attribute.local))
  let plain = names.every((local) => /^[A-Za-z_][\w.-]*$/.test(local))
  plain &&= records.every((record) =>
    record.attributes.every(([attribute, value]) => attribute.local !== 'label' || value.type === 'text'),
  )
  for (const record of bundled) eachName(record, ({ prefix }) => (plain &&= prefix !== ''))
  return plain
}

function compare(documents: ReadonlyMap<string, ProvDocument>): string[] {
  const verdicts = judged(new Map(Array.from(documents, ([name, document]) => [name, writeJson(document)])))
  const complaints: string[] = []
  for (const [name, document] of documents) {
    const verdict = verdicts.get(name)
    if (verdict === undefined || verdict.error !== null) {
      complaints.push(`${name}: ${verdict?.error}`)
      continue
    }
    for (const line of differences(document, readJson(verdict.json)))
      complaints.push(`${name} as PROV-JSON: ${line}`)
    for (const line of differences(document, readProvn(verdict.provn)))
      complaints.push(`${name} as PROV-N: ${line}`)
    if (!isWellWrittenXml(document)) continue
    for (const line of differences(document, readXml(verdict.xml)))
      complaints.push(`${name} as PROV-XML: ${line}`)
  }
  return complaints
}

describe.skipIf(!judgePython)(
  `Python's prov reads what we write, and we read what it writes${skippedWithoutJudge}`,
  () => {
    test('every valid file of the corpus', () => {
      const documents = new Map(
        dataFiles('prov-json/valid', '.json').map((file) => [
          file.slice(file.lastIndexOf('/') + 1),
          readJson(dataText(file)),
        ]),
      )
      expect(compare(documents)).toEqual([])
    })

    test('documents of any shape', () => {
      // A Python float has no 1e400, so it becomes infinite there.
      const held = arbitraryDocument({ odd: false }).filter(
        (document) => !writeJson(document).includes('1e400'),
      )
      const sample = fc.sample(held, { seed: 3, numRuns: 120 })
      const documents = new Map(sample.map((document, index) => [`sample-${index}.json`, document]))
      expect(compare(documents)).toEqual([])
    })
  },
)
