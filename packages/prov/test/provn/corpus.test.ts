import { describe, expect, test } from 'vitest'
import { differences, readJson, writeJson } from '@provloom/prov'
import { readProvn, writeProvn } from '@provloom/prov/provn'
import { dataFiles, dataText } from '../../../../test/support/data.ts'

test.each(dataFiles('prov-json/valid', '.json'))(
  '%s goes to PROV-N and back, and on to PROV-JSON',
  (file) => {
    const document = readJson(dataText(file))
    const written = writeProvn(document)
    const again = readProvn(written)
    expect(differences(document, again)).toEqual([])
    expect(again.records).toHaveLength(document.records.length)
    expect(writeProvn(again)).toBe(written)
    expect(differences(document, readJson(writeJson(again)))).toEqual([])
  },
)

describe('every PROV-N file of the PROV-CONSTRAINTS corpus', () => {
  test.each(dataFiles('prov-constraints', '.provn'))('%s reads and round-trips equal', (file) => {
    const document = readProvn(dataText(file))
    expect(document.records.length + document.bundles.length).toBeGreaterThan(0)
    expect(differences(document, readProvn(writeProvn(document)))).toEqual([])
    expect(differences(document, readJson(writeJson(document)))).toEqual([])
  })
})
