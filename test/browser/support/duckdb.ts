import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { judgePython } from '../../support/needs.ts'

/** As DuckDB's own program: `duckdb -c QUERY`, with the rows as JSON, but for their times. */
const program = `#!${judgePython ?? '/bin/false'}
import duckdb, json, sys
assert sys.argv[1] == "-c"
print(json.dumps(duckdb.execute("select * exclude (time) from (" + sys.argv[2] + ")").fetchall()))
`

/** Rows of a line for a shell that calls DuckDB. */
export function rowsOfLine(line: string, dir: string): unknown[][] {
  const bin = path.join(dir, 'bin')
  fs.mkdirSync(bin, { recursive: true })
  fs.writeFileSync(path.join(bin, 'duckdb'), program, { mode: 0o755 })
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  return JSON.parse(execFileSync('sh', ['-c', line], { env, encoding: 'utf8' })) as unknown[][]
}
