import { describe, expect, test } from 'vitest'
import { differences, FORMALS, readJson, type ProvDocument } from '@provloom/prov'
import { writeXml } from '@provloom/prov/xml'
import { dataFiles, dataPath, dataText } from '../../../../test/support/data.ts'
import { judged, judgePython, skippedWithoutJudge } from '../support/judge.ts'

/** Datatypes of XML Schema 1.1 and of RDF, in a schema of XML Schema 1.0; its last word on them is the second. */
const newerTypes =
  /(?:yearMonthDuration|dayTimeDuration|XMLLiteral)' of the xsi:type|The type definition is absent/

/** Some files of the corpus leave out positions that PROV-DM demands; they are kept as they are, and the schema says so. */
function lacksMandatory(document: ProvDocument): boolean {
  return document.records.some(({ kind, args }) =>
    FORMALS[kind].formals.some(({ name, mandatory }) => mandatory && args[name] === undefined),
  )
}

describe.skipIf(!judgePython)(
  `Python's prov and the W3C schema read our PROV-XML${skippedWithoutJudge}`,
  () => {
    test('every valid file of the corpus, brought to XML', () => {
      const documents = new Map<string, ProvDocument>(
        dataFiles('prov-json/valid', '.json').map((file) => [
          `${file.slice(file.lastIndexOf('/') + 1, -'.json'.length)}.xml`,
          readJson(dataText(file)),
        ]),
      )
      const written = new Map(Array.from(documents, ([name, document]) => [name, writeXml(document)]))
      const complaints: string[] = []
      for (const [name, { error, invalid, json }] of judged(written, [dataPath('schemas/prov.xsd')])) {
        const excused = newerTypes.test(invalid) || lacksMandatory(documents.get(name)!)
        if (invalid !== '' && !excused) complaints.push(`${name}: ${invalid}`)
        if (error !== null) complaints.push(`${name}: ${error}`)
        else
          for (const line of differences(documents.get(name)!, readJson(json)))
            complaints.push(`${name}: ${line}`)
      }
      expect(complaints).toEqual([])
    })
  },
)
