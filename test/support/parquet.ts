import fs from 'node:fs'
import path from 'node:path'
import { parquetReadObjects, asyncBufferFromFile } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

export interface Row {
  readonly rank: number
  readonly attempt: number
  readonly source: string | null
  readonly key: string
  readonly step: bigint
  readonly time: Date
  readonly value: number
}

/** All rows of a run's metric parts with this key. */
export async function rowsOf(runDir: string, key: string): Promise<Row[]> {
  const rows: Row[] = []
  const metrics = path.join(runDir, 'metrics')
  for (const part of fs.readdirSync(metrics).filter((name) => name.endsWith('.parquet'))) {
    const file = await asyncBufferFromFile(path.join(metrics, part))
    for (const row of (await parquetReadObjects({ file, compressors })) as unknown as Row[]) {
      if (row.key === key) rows.push(row)
    }
  }
  return rows
}
