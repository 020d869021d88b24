import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  differences,
  DocumentBuilder,
  int,
  name,
  prov,
  qname,
  readJson,
  text,
  writeJson,
  type ProvDocument,
} from '@provloom/prov'
import { readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { writeTrig } from '@provloom/prov/turtle'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { provJsonldErrors } from '../../../../test/support/w3c-schemas.ts'
import { trainingRun } from '../draw/training-run.ts'
import { throughPython } from '../rdf/python.ts'
import { judgePython, skippedWithoutJudge } from '../support/judge.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)
const inline = (document: ProvDocument) => writeJsonld(document, { context: 'inline' })
const byAddress = (text: string) =>
  text.replace(/"@context": (\[.*\]),\n"@graph"/, (_, context: string) => {
    const [prefixes] = JSON.parse(context) as [object]
    return `"@context": ${JSON.stringify([prefixes, 'https://openprovenance.org/prov-jsonld/context.jsonld'])},\n"@graph"`
  })

describe('PROV-JSONLD with its context inside', () => {
  const run = trainingRun({ ranks: 4, seriesPerContext: 3 })
  const corpus = dataFiles('prov-json/valid', '.json')

  test.each(corpus)(
    '%s is read as the same document, and but for the context is what the schema has',
    (file) => {
      const document = readJson(dataText(file))
      expect(differences(document, readJsonld(inline(document)))).toEqual([])
      expect(provJsonldErrors(byAddress(inline(document)))).toEqual([])
    },
  )

  test('says the same as the one with an address, but for the context', () => {
    expect(byAddress(inline(run)).replaceAll('[{}]', '[]')).toBe(writeJsonld(run))
    expect(inline(run)).not.toContain('https://openprovenance.org/prov-jsonld/')
    expect(inline(run).length - writeJsonld(run).length).toBeLessThan(6000)
  })

  test('declares no prefix in the document that is read but those of the document', () => {
    expect([...readJsonld(inline(run)).namespaces.prefixes.keys()]).not.toContain('provext')
  })

  test('has the prefixes of the context in the names of the document, inline or by address', () => {
    const entity = '{"@type": "Entity", "@id": "ex:e", "rdfs:comment": ["c"]}'
    for (const context of [
      '"https://openprovenance.org/prov-jsonld/context.jsonld"',
      '{"rdfs": "http://www.w3.org/2000/01/rdf-schema#"}',
    ]) {
      const written = `{"@context": [{"ex": "http://example.org/"}, ${context}], "@graph": [${entity}]}`
      expect(readJsonld(written).records[0]?.attributes[0]?.[0]).toMatchObject({
        namespace: 'http://www.w3.org/2000/01/rdf-schema#',
        local: 'comment',
      })
    }
  })
})

/** Prints whether the two RDF documents say the same. Loads no address: a context that is one would end it. */
const isomorphic = `
import sys, urllib.request
def refuse(*_, **__): raise SystemExit('the network is asked')
urllib.request.urlopen = refuse
import rdflib, rdflib.compare
def graphs(file, form):
    d = rdflib.Dataset(); d.parse(file, format=form)
    names = {g.identifier for g in d.graphs()}
    return {(None if str(n) == 'urn:x-rdflib:default' else n): d.graph(n) for n in names if len(d.graph(n))}
a, b = graphs(sys.argv[1], 'json-ld'), graphs(sys.argv[2], sys.argv[3])
say = lambda g: '\\n'.join(sorted(l for l in g.serialize(format='nt').split('\\n')))
if set(a) != set(b): print('graphs', set(a), set(b))
for n in set(a) & set(b):
    one, two = rdflib.Graph(), rdflib.Graph()
    for t in a[n]: one.add(t)
    for t in b[n]: two.add(t)
    if not rdflib.compare.isomorphic(one, two):
        _, l, r = rdflib.compare.graph_diff(one, two)
        print('only there:', say(l)); print('only here:', say(r))
print(sum(len(g) for g in a.values()), 'triples')
`

describe.skipIf(judgePython === undefined)(`rdflib without a network${skippedWithoutJudge}`, () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'provloom-inline-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  /** What rdflib says of the two, the last line with the number of triples. */
  function judged(jsonld: string, other: string, form: 'trig' | 'json-ld'): string[] {
    const [one, two] = [path.join(folder, 'a.jsonld'), path.join(folder, `b.${form}`)]
    writeFileSync(one, jsonld)
    writeFileSync(two, other)
    const result = spawnSync(judgePython!, ['-c', isomorphic, one, two, form], { encoding: 'utf8' })
    return (result.stdout + result.stderr).trim().split('\n')
  }

  test('reads every kind of statement as the same graph as its TriG', () => {
    const document = everyKind()
    const said = judged(inline(document), writeTrig(document, { implied: false }), 'trig')
    expect(said).toEqual([expect.stringMatching(/^\d\d+ triples$/)])
  })

  test('is refused the document whose context is an address', () => {
    const document = everyKind()
    expect(judged(writeJsonld(document), writeTrig(document), 'trig').join()).toContain(
      'the network is asked',
    )
  })

  test("finds the same in it as in what Python's prov writes with its own copy of the context", () => {
    const document = everyKind()
    const script = `import sys, json
from prov.serializers.provjsonld import load_vendored_context
d = json.load(sys.stdin); d['@context'][1] = load_vendored_context(); json.dump(d, sys.stdout)`
    const vendored = spawnSync(judgePython!, ['-c', script], { input: inline(document), encoding: 'utf8' })
    const said = judged(inline(document), vendored.stdout, 'json-ld')
    // Its copy has no term for the type of a bundle.
    const others = said.filter((line) => /^[<_]/.test(line) && !line.includes('/Bundle> .'))
    expect(others).toEqual([])
    expect(said.at(-1)).toMatch(/^\d\d+ triples$/)
  })

  test("is read as the same document as Python's prov writes it, with the context inside", () => {
    const run = trainingRun({ ranks: 4, seriesPerContext: 3 })
    const script = `import sys
from prov.model import ProvDocument
d = ProvDocument.deserialize(content=sys.stdin.read(), format='json')
sys.stdout.write(d.serialize(format='jsonld', context='embed'))`
    const { stdout } = spawnSync(judgePython!, ['-c', script], { input: writeJson(run), encoding: 'utf8' })
    expect(stdout).not.toContain('context.jsonld')
    const expected = readJson(throughPython(writeJson(run), 'json', 'json'))
    expect(differences(expected, readJsonld(stdout))).toEqual([])
  })

  test("lets Python's prov read it as the same document", () => {
    const run = trainingRun({ ranks: 4, seriesPerContext: 3 })
    expect(
      differences(
        readJson(throughPython(writeJson(run), 'json', 'json')),
        readJson(throughPython(inline(run), 'jsonld', 'json')),
      ),
    ).toEqual([])
  })
})

/** Each with attributes, so that PROV-O has a qualified node for it, as PROV-JSONLD has for all. */
function everyKind(): ProvDocument {
  const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
  const attributes = [[ex('n'), int(1)]] as const
  const time = '2026-01-01T00:00:00Z'
  const document = builder
    .entity(ex('e'), [
      [prov('type'), name(ex('T'))],
      [prov('label'), text('An e', 'en')],
      [prov('location'), name(ex('here'))],
      [prov('value'), int(3)],
      ...attributes,
    ])
    .activity(ex('a'), { startTime: time, endTime: time }, attributes)
    .agent(ex('ag'), [[prov('type'), name(prov('Person'))]])
    .used(ex('a'), ex('e'), { id: ex('u'), time, attributes: [[prov('role'), name(ex('r'))]] })
    .wasGeneratedBy(ex('e'), ex('a'), { id: ex('g'), time, attributes })
    .wasInvalidatedBy(ex('e'), ex('a'), { time, attributes })
    .wasStartedBy(ex('a'), { trigger: ex('e'), starter: ex('b') }, { time, attributes })
    .wasEndedBy(ex('a'), { trigger: ex('e'), ender: ex('b') }, { time, attributes })
    .wasInformedBy(ex('a'), ex('b'), { attributes })
    .wasDerivedFrom(
      ex('e'),
      ex('f'),
      { activity: ex('a'), generation: ex('g'), usage: ex('u') },
      { attributes },
    )
    .wasAttributedTo(ex('e'), ex('ag'), { attributes })
    .wasAssociatedWith(ex('a'), ex('ag'), ex('plan'), { attributes })
    .actedOnBehalfOf(ex('ag'), ex('boss'), ex('a'), { attributes })
    .wasInfluencedBy(ex('e'), ex('ag'), { attributes })
  for (const [kind, one, other] of [
    ['specializationOf', 'specificEntity', 'generalEntity'],
    ['alternateOf', 'alternate1', 'alternate2'],
    ['hadMember', 'collection', 'entity'],
  ] as const)
    document.relation(kind, { id: ex(kind), args: { [one]: ex('e'), [other]: ex('f') }, attributes })
  // TriG has the graph; that it is a bundle, PROV-JSONLD says of itself.
  document.entity(ex('bundle'), [[prov('type'), name(prov('Bundle'))]])
  document.bundle(ex('bundle')).entity(ex('inside'), attributes)
  return document.build()
}
