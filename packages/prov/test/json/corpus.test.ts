import { describe, expect, test } from 'vitest'
import { differences, readJson, writeJson } from '@provloom/prov'
import { dataFiles, dataText } from '../../../../test/support/data.ts'

describe('every valid file of the PROV-JSON corpus', () => {
  const files = dataFiles('prov-json/valid', '.json')

  test('is there', () => expect(files.length).toBeGreaterThan(190))

  test.each(files)('%s reads and round-trips equal', (file) => {
    const document = readJson(dataText(file))
    const again = readJson(writeJson(document))
    expect(differences(document, again)).toEqual([])
    expect(again.records).toHaveLength(document.records.length)
    expect(writeJson(again)).toBe(writeJson(document))
  })
})
