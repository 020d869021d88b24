import { isDeepStrictEqual } from 'node:util'
import { describe as describeViolation, differences, readJson, validate } from '@provloom/prov'
import { renderSvg } from '@provloom/prov/draw'
import { readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { readProvn, writeProvn } from '@provloom/prov/provn'
import { readTrig, writeTrig } from '@provloom/prov/turtle'
import { readXml, writeXml } from '@provloom/prov/xml'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oddEntry, oddOpening } from '../../packages/graph/test/support/odd.ts'
import { enduring, seedOf } from '../support/effort.ts'
import { hasJudges, named, provToolbox } from '../support/needs.ts'
import { provJsonErrors, provJsonldErrors } from '../support/w3c-schemas.ts'
import { exampleText, graphOf, textOf } from './support/document.ts'
import { faultless, judgedBy } from './support/judges.ts'
import { saidByProvToolbox } from './support/prov-toolbox.ts'

const judges = named(
  "Python's prov, the W3C schema of PROV-XML and rdflib",
  hasJudges,
  'needs PROVLOOM_TEST_PYTHON, see CONTRIBUTING.md',
)

/** Runs as they are: ten series a rank, ten devices a host. */
const sizes = enduring ? [1, 4, 9, 128, 1024] : [1, 4, 9, 128]
const runs = sizes.map((ranks) => ({
  ranks,
  text: exampleText({ ranks, series: 10, rows: 4, devices: 'many' }),
}))

/** Entries as nobody sane would send them, and a place to stop among them. */
const streams = fc.sample(fc.tuple(oddOpening, fc.array(oddEntry, { maxLength: 30 }), fc.nat(29)), {
  numRuns: enduring ? 1000 : 100,
  seed: seedOf(20_261_128),
})

function textsOf([opening, entries, cut]: (typeof streams)[number]): readonly [
  prefix: string,
  whole: string,
] {
  const all = [opening, ...entries]
  return [textOf(graphOf(all.slice(0, cut + 1))), textOf(graphOf(all))]
}

/** Every tenth of them. */
const tenth = new Map<string, string>(
  streams.flatMap((stream, i) =>
    i % 10 === 0 ? textsOf(stream).map((text, j) => [`stream-${i}-${j}`, text] as const) : [],
  ),
)

describe.each(runs)('the document of a run of $ranks ranks', ({ text }) => {
  const document = readJson(text)

  it('is valid by PROV-CONSTRAINTS', () => {
    expect(validate(document).map(describeViolation)).toEqual([])
  })

  it('is what the W3C schemas of PROV-JSON and PROV-JSONLD want, with formats on', () => {
    expect(provJsonErrors(text)).toEqual([])
    expect(provJsonldErrors(writeJsonld(document))).toEqual([])
  })

  it('comes back equal from every format', () => {
    expect(differences(readJsonld(writeJsonld(document)), document)).toEqual([])
    expect(differences(readProvn(writeProvn(document)), document)).toEqual([])
    expect(differences(readXml(writeXml(document)), document)).toEqual([])
    expect(differences(readTrig(writeTrig(document)), document)).toEqual([])
  })

  it('is drawn with at most 150 elements, in less than 2 s of processor time', async () => {
    const before = process.cpuUsage()
    const svg = await renderSvg(document, { title: 'a run' })
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(2)
    const nodes = svg.match(/class="node[ "]/g)?.length ?? 0
    expect(nodes).toBeGreaterThan(10)
    expect(nodes).toBeLessThanOrEqual(160)
  })
})

describe('a graph of any entries', () => {
  it('is valid in the middle and at the end', () => {
    for (const [i, stream] of streams.entries()) {
      for (const text of textsOf(stream)) {
        expect(validate(readJson(text)).map(describeViolation), `stream ${i}`).toEqual([])
      }
    }
  })
})

describe.skipIf(!hasJudges)(judges, () => {
  it('find nothing in documents of runs', () => {
    const verdicts = judgedBy(new Map(runs.map(({ ranks, text }) => [`run-${ranks}`, text])))
    const expected = runs.map(({ ranks, text }) => [`run-${ranks}`, faultless(readJson(text).records.length)])
    expect([...verdicts]).toEqual(expected)
  })

  it('find nothing in every tenth graph of any entries', () => {
    for (const [name, text] of tenth) {
      expect([name, provJsonErrors(text)]).toEqual([name, []])
      expect([name, provJsonldErrors(writeJsonld(readJson(text)))]).toEqual([name, []])
    }
    const found = [...judgedBy(tenth)].filter(
      ([name, verdict]) => !isDeepStrictEqual(verdict, faultless(readJson(tenth.get(name)!).records.length)),
    )
    expect(found).toEqual([])
  })
})

describe.skipIf(provToolbox === undefined)(
  named('ProvToolbox', provToolbox !== undefined, 'needs .cache/provtoolbox, see .ci/run'),
  () => {
    it('reads PROV-N and PROV-JSONLD of runs and of any entries, and finds them valid', () => {
      const texts = new Map([...runs.map(({ ranks, text }) => [`run-${ranks}`, text] as const), ...tenth])
      const expected = [...texts].flatMap(([name, text]) => {
        const { length } = readJson(text).records
        return [`${name}.provn ${length}`, `${name}.jsonld ${length}`]
      })
      expect(saidByProvToolbox(texts)).toEqual(expected)
    })
  },
)
