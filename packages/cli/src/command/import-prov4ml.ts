import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { counted } from '../output/quantity.ts'
import { say } from '@provloom/shared'
import { documentsAt } from '../old-runs/document.ts'
import { runsOf } from '../old-runs/old-run.ts'
import { spoolOf } from '../old-runs/spool.ts'
import { importSpools } from './import.ts'

/**
 * `provloom import-prov4ml DIR_OR_FILE...`: runs of what yProv4ML has saved, each by the way that a live one goes: a spool, an
 * agent, an aggregator. Documents are left as they are.
 */
export async function importProv4ml(
  places: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const runs = runsOf(places.flatMap((place) => documentsAt(place)))
  const namespace = typeof given['provUserNamespace'] === 'string' ? given['provUserNamespace'] : undefined
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-old-'))
  try {
    const folders = runs.map((ranks) => {
      const { folder, points } = spoolOf(root, ranks, namespace)
      for (const { file, told } of ranks) for (const message of told) say(`provloom: ${file}: ${message}`)
      const [first] = ranks
      say(
        `provloom: ${first?.file}: ${first?.experiment}, ${counted(ranks.length, 'rank')}, ${counted(points, 'point')}`,
      )
      return folder
    })
    return await importSpools(folders, given)
  } finally {
    // What is kept has been told with where it is.
    if (fs.readdirSync(root).length === 0) fs.rmdirSync(root)
  }
}
