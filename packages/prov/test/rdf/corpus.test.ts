import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, equalDocuments, readJson } from '@provloom/prov'
import { readTrig, readTurtle, writeTrig, writeTurtle } from '@provloom/prov/turtle'
import { seldom } from '../../../../test/support/effort.ts'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { refusal } from '../support/refusal.ts'
import { trainingRun } from '../draw/training-run.ts'
import { unified } from './unified.ts'

const oneNode =
  'two statements of one identifier are one resource in RDF, and their attributes can no longer be told apart'

/** What PROV-O cannot carry, by file. */
const beyondRdf: ReadonlyMap<string, string> = new Map(
  [
    'scruffy-end3-M.json',
    'scruffy-end4-M.json',
    'scruffy-generation2-S.json',
    'scruffy-invalidation2-M.json',
    'scruffy-start2-M.json',
    'scruffy-start2-S.json',
    'scruffy-start3-M.json',
    'scruffy-start3-S.json',
    'scruffy-start4-S.json',
    'scruffy-usage2-M.json',
    'scruffy-usage2-S.json',
  ].map((file) => [file, oneNode]),
)

describe('every valid file of the PROV-JSON corpus', () => {
  for (const file of dataFiles('prov-json/valid', '.json')) {
    const reason = beyondRdf.get(path.basename(file))
    test(`${file} ${reason === undefined ? 'round-trips equal through TriG' : `does not: ${reason}`}`, () => {
      const document = unified(readJson(dataText(file)))
      const text = writeTrig(document)
      const again = readTrig(text)
      if (reason === undefined) expect(differences(document, again)).toEqual([])
      else expect(differences(document, again)).not.toEqual([])
      expect(writeTrig(readTrig(text))).toBe(writeTrig(again))
      if (document.bundles.length > 0)
        expect(refusal(() => writeTurtle(document)).code).toBe('unrepresentable')
      else expect(differences(readTurtle(writeTurtle(document)), again)).toEqual([])
    })
  }
})

describe('a training run', () => {
  test.each([4, 128, ...seldom(1024)])('of %i ranks round-trips equal', (ranks) => {
    const document = trainingRun({ ranks, seriesPerContext: 4 })
    expect(equalDocuments(document, readTurtle(writeTurtle(document)))).toBe(true)
  })
})
