import { describe, expect, test } from 'vitest'
import { differences, readJson, writeJson } from '@provloom/prov'
import { readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { trainingRun } from '../draw/training-run.ts'
import { throughPython } from '../rdf/python.ts'
import { judgePython, skippedWithoutJudge } from '../support/judge.ts'
import { dataText } from '../../../../test/support/data.ts'

describe.skipIf(judgePython === undefined)(`Python's prov${skippedWithoutJudge}`, () => {
  const run = trainingRun({ ranks: 4, seriesPerContext: 3 })
  const names = ['bundle1', 'derivation7', 'attr_activity0', 'attr_entity0', 'scruffy-start2-S', 'member1']
  const corpus = names.map((file) => [file, readJson(dataText(`prov-json/valid/${file}.json`))] as const)

  test.each([['the run', run] as const, ...corpus])('reads %s as we write it', (_, document) => {
    expect(
      differences(
        readJson(throughPython(writeJson(document), 'json', 'json')),
        readJson(throughPython(writeJsonld(document), 'jsonld', 'json')),
      ),
    ).toEqual([])
  })

  test.each([['the run', run] as const, ...corpus])('writes %s as we read it', (_, document) => {
    expect(
      differences(
        readJson(throughPython(writeJson(document), 'json', 'json')),
        readJsonld(throughPython(writeJson(document), 'json', 'jsonld')),
      ),
    ).toEqual([])
  })
})
