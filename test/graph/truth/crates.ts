import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { folder, provloom } from '../../support/cli.ts'
import { about, judgedCrates } from '../../support/crate-judge.ts'

/** Exports a run as a folder and as a zip: validator and reader find both alike and nothing wrong, and each file that is told. */
export async function expectCrates(runDir: string): Promise<void> {
  const place = folder()
  fs.writeFileSync(path.join(place, 'about.json'), JSON.stringify(about))
  const crates = ['crate', 'crate.zip'].map((name) => path.join(place, name))
  for (const crate of crates) {
    const result = await provloom(['export', '--ro-crate', crate, '--about', 'about.json', runDir], {
      cwd: place,
    })
    expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' })
  }
  const [inFolder, inZip] = await judgedCrates(...crates)
  const { required: found, recommended } = inFolder!
  console.log(`RO-Crate: REQUIRED ${JSON.stringify(found)}, RECOMMENDED ${JSON.stringify(recommended)}`)
  for (const { required, read } of [inFolder!, inZip!]) {
    expect(required).toEqual([])
    expect(read.written).toBe(read.files.length + 1)
  }
  expect(inZip!.read).toEqual(inFolder!.read)
}
