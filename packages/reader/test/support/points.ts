import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'

export interface Point {
  readonly rank: number
  readonly key?: string
  readonly context?: string | null
  readonly source?: string | null
  readonly step: number
  readonly value: number
}

/** When step 0 was logged, microseconds since the Unix epoch; each step takes a second. */
export const startUs = 1_795_836_949_000_000

/** Puts points into a run directory, as one Parquet part that its run.json names. @param begunUs as `startUs` */
export function givePoints(runDir: string, points: readonly Point[], begunUs: number = startUs): void {
  const series = ({ rank, key = 'loss', source = '' }: Point): string =>
    `${key} ${source} ${String(rank).padStart(6, '0')}`
  const rows = [...points].sort((a, b) => (series(a) < series(b) ? -1 : series(a) > series(b) ? 1 : 0))
  const column = <T>(of: (row: Point) => T): T[] => rows.map(of)
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'rank', data: column(({ rank }) => rank), type: 'INT32' },
      { name: 'attempt', data: column(() => 0), type: 'INT32' },
      { name: 'context', data: column(({ context = 'training' }) => context), type: 'STRING' },
      { name: 'source', data: column(({ source = null }) => source), type: 'STRING' },
      { name: 'key', data: column(({ key = 'loss' }) => key), type: 'STRING' },
      { name: 'step', data: column(({ step }) => BigInt(step)), type: 'INT64' },
      { name: 'time', data: column(({ step }) => BigInt(begunUs + step * 1_000_000)), type: 'INT64' },
      { name: 'value', data: column(({ value }) => value), type: 'DOUBLE' },
    ],
  })
  const bytes = Buffer.from(buffer)
  const file = 'metrics/part-000000000000.parquet'
  fs.mkdirSync(path.join(runDir, 'metrics'), { recursive: true })
  fs.writeFileSync(path.join(runDir, file), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const runJson = path.join(runDir, 'run.json')
  const run = JSON.parse(fs.readFileSync(runJson, 'utf8')) as Record<string, unknown>
  const parts = [{ file, rows: rows.length, bytes: bytes.length, sha256 }]
  fs.writeFileSync(runJson, JSON.stringify({ ...run, parts }))
}
