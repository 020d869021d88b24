import { describe, expect, test } from 'vitest'
import { differences, readJson, writeJson } from '@provloom/prov'
import { readTrig, writeTrig } from '@provloom/prov/turtle'
import { trainingRun } from '../draw/training-run.ts'
import { dataText } from '../../../../test/support/data.ts'
import { judgePython, skippedWithoutJudge } from '../support/judge.ts'
import { throughPython } from './python.ts'

describe.skipIf(judgePython === undefined)(`Python's prov${skippedWithoutJudge}`, () => {
  const run = trainingRun({ ranks: 4, seriesPerContext: 3 })

  test('writes the run as PROV-O that we read as the same document', () => {
    expect(differences(run, readTrig(throughPython(writeJson(run), 'json', 'rdf')))).toEqual([])
  })

  test('reads the run as we write it without implied triples as the same document', () => {
    const again = readJson(throughPython(writeTrig(run, { implied: false }), 'rdf', 'json'))
    // Of two associations of one activity, one with a plan, it may give the plan to the other.
    const lost = differences(run, again).filter((line) => !line.includes('wasAssociatedWith(run:run, '))
    expect(lost).toEqual([])
  })

  test.each(['bundle1', 'derivation7', 'delegation7', 'association8', 'start8', 'generation5'])(
    'agrees on %s',
    (file) => {
      const document = readJson(dataText(`prov-json/valid/${file}.json`))
      const trig = writeTrig(document, { implied: false })
      expect(
        differences(
          readJson(throughPython(trig, 'rdf', 'json')),
          readTrig(throughPython(trig, 'rdf', 'rdf')),
        ),
      ).toEqual([])
    },
  )
})
