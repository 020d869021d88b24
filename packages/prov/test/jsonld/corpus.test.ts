import { describe, expect, test } from 'vitest'
import { differences, equalDocuments, readJson, readJsonld, writeJsonld } from '@provloom/prov'
import { corpusFiles, corpusText } from '../support/corpus.ts'
import { trainingRun } from '../draw/training-run.ts'
import { schemaErrors } from './schema.ts'

describe('every valid file of the PROV-JSON corpus', () => {
  const files = corpusFiles('prov-json/valid', '.json')

  test.each(files)('%s round-trips equal through PROV-JSONLD', (file) => {
    const document = readJson(corpusText(file))
    const again = readJsonld(writeJsonld(document))
    expect(differences(document, again)).toEqual([])
    expect(again.records).toHaveLength(document.records.length)
  })

  test.each(files)('%s is written as the schema has it', (file) => {
    expect(schemaErrors(writeJsonld(readJson(corpusText(file))))).toEqual([])
  })
})

describe('the schema', () => {
  test('refuses a statement without type, and a time that is none', () => {
    expect(schemaErrors('{"@context": [], "@graph": [{"@id": "ex:e"}]}')).not.toEqual([])
    const activity = '{"@type": "Activity", "@id": "ex:a", "startTime": "today"}'
    expect(schemaErrors(`{"@context": [], "@graph": [${activity}]}`)).not.toEqual([])
  })
})

describe('a training run', () => {
  test.each([4, 128, 1024])('of %i ranks round-trips equal, and is written as the schema has it', (ranks) => {
    const document = trainingRun({ ranks, seriesPerContext: 4 })
    const written = writeJsonld(document)
    expect(schemaErrors(written)).toEqual([])
    expect(equalDocuments(document, readJsonld(written))).toBe(true)
  })
})
