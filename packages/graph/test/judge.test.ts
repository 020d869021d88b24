import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readJson, validate } from '@provloom/prov'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { provJsonErrors } from '../../../test/support/w3c-schemas.ts'
import { RunScript, typicalRun } from './support/run.ts'

const python = process.env['PROVLOOM_TEST_PYTHON']
const skipped =
  python === undefined ? ' (skipped: PROVLOOM_TEST_PYTHON names no Python with the package prov)' : ''

/** Loads, unifies, writes and loads again; prints what was found as JSON. */
const script = `
import json, sys
from prov.model import ProvDocument
document = ProvDocument.deserialize(sys.argv[1])
unified = document.unified()
again = ProvDocument.deserialize(content=document.serialize())
print(json.dumps({"records": len(document.get_records()), "unified": len(unified.get_records()), "same": again == document}))
`

const runs: readonly (readonly [string, () => string])[] = [
  ['1 rank', () => typicalRun(1).text()],
  ['4 ranks', () => typicalRun(4).text()],
  ['128 ranks', () => typicalRun(128).text()],
  ['a run that has just begun', () => new RunScript().open().text()],
  ['a run with names that need care', () => oddNames().text()],
]

function oddNames(): RunScript {
  return new RunScript()
    .open({ provUserNamespace: 'http://example.org/ü ber', experimentName: 'a/b "c"' })
    .admit(0)
    .log(
      0,
      [
        { type: 'param', key: 'lr/x', valueType: 'float', value: '-inf' },
        { type: 'param', key: 'lr x', valueType: 'int', value: '99999999999999999999' },
        { type: 'series', id: 0, key: 'perte ✓', context: 'Época 1' },
      ],
      [{ series: 0, step: 2 ** 40, value: Infinity }],
    )
}

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-graph-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

describe('documents of runs', () => {
  it.skipIf(python === undefined).each(runs)(
    `%s: Python's prov loads and unifies it${skipped}`,
    (name, text) => {
      const file = path.join(folder, `${name}.json`)
      fs.writeFileSync(file, text())
      const said: unknown = JSON.parse(execFileSync(python!, ['-c', script, file], { encoding: 'utf8' }))
      const records = readJson(text()).records.length
      expect(said).toEqual({ records, unified: records, same: true })
    },
  )

  it.each(runs)('%s: the W3C schema accepts it, with formats on, and it is valid', (_, text) => {
    expect(provJsonErrors(text())).toEqual([])
    expect(validate(readJson(text()))).toEqual([])
  })
})
