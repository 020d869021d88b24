import { describe, expect, test } from 'vitest'
import { differences, equalDocuments, readJson } from '@provloom/prov'
import { readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { seldom } from '../../../../test/support/effort.ts'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { trainingRun } from '../draw/training-run.ts'
import { provJsonldErrors } from '../../../../test/support/w3c-schemas.ts'

describe('every valid file of the PROV-JSON corpus', () => {
  const files = dataFiles('prov-json/valid', '.json')

  test.each(files)('%s round-trips equal through PROV-JSONLD', (file) => {
    const document = readJson(dataText(file))
    const again = readJsonld(writeJsonld(document))
    expect(differences(document, again)).toEqual([])
    expect(again.records).toHaveLength(document.records.length)
  })

  test.each(files)('%s is written as the schema has it', (file) => {
    expect(provJsonldErrors(writeJsonld(readJson(dataText(file))))).toEqual([])
  })
})

describe('the schema', () => {
  test('refuses a statement without type, and a time that is none', () => {
    expect(provJsonldErrors('{"@context": [], "@graph": [{"@id": "ex:e"}]}')).not.toEqual([])
    const activity = '{"@type": "Activity", "@id": "ex:a", "startTime": "today"}'
    expect(provJsonldErrors(`{"@context": [], "@graph": [${activity}]}`)).not.toEqual([])
  })
})

describe('a training run', () => {
  test.each([4, 128, ...seldom(1024)])(
    'of %i ranks round-trips equal, and is written as the schema has it',
    (ranks) => {
      const document = trainingRun({ ranks, seriesPerContext: 4 })
      const written = writeJsonld(document)
      expect(provJsonldErrors(written)).toEqual([])
      expect(equalDocuments(document, readJsonld(written))).toBe(true)
    },
  )
})
