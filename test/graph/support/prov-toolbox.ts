import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readJson } from '@provloom/prov'
import { writeJsonld } from '@provloom/prov/jsonld'
import { writeProvn } from '@provloom/prov/provn'
import { provToolbox } from '../../support/needs.ts'

/**
 * What ProvToolbox says of PROV-JSON texts, given to it as PROV-N and as PROV-JSONLD: for each file its name, how many
 * statements it has, and what is wrong.
 */
export function saidByProvToolbox(texts: ReadonlyMap<string, string>): readonly string[] {
  if (provToolbox === undefined) throw new Error('there is no ProvToolbox')
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-toolbox-'))
  try {
    for (const [name, text] of texts) {
      const document = readJson(text)
      fs.writeFileSync(path.join(place, `${name}.provn`), writeProvn(document))
      fs.writeFileSync(path.join(place, `${name}.jsonld`), writeJsonld(document))
    }
    const { status, stdout, stderr } = spawnSync(
      'java',
      [
        '--class-path',
        path.join(provToolbox, '*'),
        path.join(import.meta.dirname, 'ProvToolbox.java'),
        ...Array.from(texts.keys(), (name) => [`${name}.provn`, `${name}.jsonld`]).flat(),
      ],
      { cwd: place, encoding: 'utf8', maxBuffer: 2 ** 26 },
    )
    if (status !== 0) throw new Error(stderr)
    return stdout.trimEnd().split('\n')
  } finally {
    fs.rmSync(place, { recursive: true })
  }
}
