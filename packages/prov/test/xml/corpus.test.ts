import { describe, expect, test } from 'vitest'
import { differences, readJson, writeJson } from '@provloom/prov'
import { readProvn, writeProvn } from '@provloom/prov/provn'
import { readXml } from '@provloom/prov/xml'
import { dataFiles, dataText } from '../../../../test/support/data.ts'

/** Pairs whose two files do not say the same, as their authors left them. */
const unlike: Readonly<Record<string, string>> = {
  'prov-constraints/unification/bundle-success2.xml':
    'ex:e1 in ex:bundle2 is an activity in the XML and an entity in the PROV-N',
}

describe('every PROV-XML file of the PROV-CONSTRAINTS corpus', () => {
  const files = dataFiles('prov-constraints', '.xml')

  test('is there', () => expect(files.length).toBeGreaterThan(90))

  test.each(files)('%s reads, and says what its PROV-N says', (file) => {
    const document = readXml(dataText(file))
    const other = readProvn(dataText(file.replace(/xml$/, 'provn')))
    if (unlike[file] === undefined) expect(differences(document, other)).toEqual([])
    else expect(differences(document, other)).not.toEqual([])
    expect(differences(document, readProvn(writeProvn(document)))).toEqual([])
    expect(differences(document, readJson(writeJson(document)))).toEqual([])
  })
})
