import fs from 'node:fs'
import path from 'node:path'
import { folder, repository } from '../support/cli.ts'

/**
 * What an earlier build left on a disk: a run whose aggregator was killed, and one that ended before a rank's records were
 * handed in. `make.sh` beside them says how. From 0.2.0 on they stay as they are; until then a change of a format makes them
 * anew, and its commit says why.
 */
export function goldenSite(name: string): string {
  const work = folder()
  fs.cpSync(path.join(repository, 'test/data/golden', name), work, { recursive: true })
  for (const file of fs.readdirSync(work, { recursive: true, encoding: 'utf8' })) {
    const place = path.join(work, file)
    if (place.endsWith('.json'))
      fs.writeFileSync(place, fs.readFileSync(place, 'utf8').replaceAll(`@WORK@/${name}`, work))
    // Of another machine: what is young there may still be written.
    fs.utimesSync(place, 1_800_000_000, 1_700_000_000)
  }
  return work
}
