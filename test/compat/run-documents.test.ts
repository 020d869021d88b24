import { describe, expect, it } from 'vitest'
import { differences, readJson, validate, writeJson } from '@provloom/prov'
import { renderSvg } from '@provloom/prov/draw'
import { readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { readProvn, writeProvn } from '@provloom/prov/provn'
import { readTrig, writeTrig } from '@provloom/prov/turtle'
import { readXml, writeXml } from '@provloom/prov/xml'
import { trainedRun } from '../../packages/graph/test/support/trained.ts'
import { judged, judgePython, skippedWithoutJudge } from '../../packages/prov/test/support/judge.ts'
import { dataPath } from '../support/data.ts'
import { enduring } from '../support/effort.ts'
import { provJsonErrors, provJsonldErrors } from '../support/w3c-schemas.ts'

/** Runs of so many ranks with ten series each: what the aggregator writes, and the same read back. */
const runs = [4, 128, ...(enduring ? [1024] : [])].map((ranks) => {
  const run = trainedRun(ranks)
  const text = run.text()
  return { ranks, text, document: readJson(text) }
})

describe.each(runs)('the document of a run of $ranks ranks', ({ ranks, text, document }) => {
  it('is what the W3C PROV-JSON schema wants, with formats on', () => {
    expect(provJsonErrors(text)).toEqual([])
  })

  it('is what the W3C PROV-JSONLD schema wants, and comes back from it', () => {
    const jsonld = writeJsonld(document)
    expect(provJsonldErrors(jsonld)).toEqual([])
    expect(differences(readJsonld(jsonld), document)).toEqual([])
  })

  it('is valid by PROV-CONSTRAINTS', () => {
    expect(validate(document)).toEqual([])
  })

  it('comes back equal from PROV-JSON, PROV-N, PROV-XML and TriG', () => {
    expect(differences(readJson(writeJson(document)), document)).toEqual([])
    expect(differences(readProvn(writeProvn(document)), document)).toEqual([])
    expect(differences(readXml(writeXml(document)), document)).toEqual([])
    expect(differences(readTrig(writeTrig(document)), document)).toEqual([])
  })

  it('is drawn with at most 150 elements, in less than 2 s of processor time', async () => {
    const before = process.cpuUsage()
    const svg = await renderSvg(document, { title: `${ranks} ranks` })
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(2)
    const nodes = svg.match(/class="node[ "]/g)?.length ?? 0
    expect(nodes).toBeGreaterThan(10)
    expect(nodes).toBeLessThanOrEqual(160)
  })
})

describe.skipIf(!judgePython)(`Python's prov and the W3C XML schema${skippedWithoutJudge}`, () => {
  it.each(runs)(
    'read the document of a run of $ranks ranks as we do, from PROV-JSON and from PROV-XML',
    ({ text, document }) => {
      const files = new Map([
        ['run.json', text],
        ['run.xml', writeXml(document)],
      ])
      for (const [file, { error, invalid, json }] of judged(files, [dataPath('schemas/prov.xsd')])) {
        expect([file, error, invalid]).toEqual([file, null, ''])
        expect(differences(readJson(json), document), file).toEqual([])
      }
    },
  )
})
