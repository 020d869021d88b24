import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { differences, readJson } from '@provloom/prov'
import { writeTrig, writeTurtle } from '@provloom/prov/turtle'
import { readXml, writeXml } from '@provloom/prov/xml'
import { dataPath } from '../../support/data.ts'
import { judgePython } from '../../support/needs.ts'

/** What Python's `prov`, the W3C schema of PROV-XML and rdflib found in a document. */
export type Verdict =
  | {
      readonly records: number
      readonly unified: number
      /** Written and read again it is the same. */
      readonly again: boolean
      /** Read from PROV-XML it is what we read from there. */
      readonly xml: boolean
      /** Turtle and TriG say the same triples. */
      readonly isomorphic: boolean
      /** What the schema says against it. */
      readonly schema: string
    }
  | { readonly error: string }

/** What they say of a document that nothing is wrong with. */
export function faultless(records: number): Verdict {
  return { records, unified: records, again: true, xml: true, isomorphic: true, schema: '' }
}

/** All judges of PROV-JSON texts, in one process. */
export function judgedBy(texts: ReadonlyMap<string, string>): ReadonlyMap<string, Verdict> {
  if (judgePython === undefined) throw new Error('PROVLOOM_TEST_PYTHON is not set')
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-judged-'))
  try {
    return verdicts(judgePython, place, texts)
  } finally {
    fs.rmSync(place, { recursive: true })
  }
}

function verdicts(
  python: string,
  cwd: string,
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<string, Verdict> {
  for (const [name, text] of texts) {
    const document = readJson(text)
    fs.writeFileSync(path.join(cwd, `${name}.json`), text)
    fs.writeFileSync(path.join(cwd, `${name}.xml`), writeXml(document))
    fs.writeFileSync(path.join(cwd, `${name}.ttl`), writeTurtle(document))
    fs.writeFileSync(path.join(cwd, `${name}.trig`), writeTrig(document))
  }
  const { status, stdout, stderr } = spawnSync(python, [path.join(import.meta.dirname, 'judge.py')], {
    cwd,
    input: JSON.stringify({ schema: dataPath('schemas/prov.xsd'), names: [...texts.keys()] }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(stderr)
  const said = JSON.parse(stdout) as Readonly<Record<string, Verdict>>
  return new Map(
    Object.entries(said).map(([name, verdict]): [string, Verdict] =>
      'error' in verdict ? [name, verdict] : [name, { ...verdict, xml: readsXml(cwd, name) }],
    ),
  )
}

/** As we do: control characters are pictures there. */
function readsXml(folder: string, name: string): boolean {
  const text = (ending: string): string => fs.readFileSync(path.join(folder, `${name}.${ending}`), 'utf8')
  return differences(readJson(text('xml.json')), readXml(text('xml'))).length === 0
}
