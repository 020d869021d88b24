import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'

const built = fs.existsSync(path.resolve(import.meta.dirname, '../../dist/metrics/encode-worker.js'))
const skipped = built ? '' : ' (skipped: the package is not built)'

it.skipIf(!built)(`many rows are encoded in a thread of their own${skipped}`, () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-thread-'))
  try {
    const script = path.join(import.meta.dirname, 'seal-built.js')
    const said = execFileSync(process.execPath, [script, path.join(home, 'metrics'), '100000'], {
      encoding: 'utf8',
    })
    const { parts, pendingBytes } = JSON.parse(said) as {
      parts: { file: string; rows: number }[]
      pendingBytes: number
    }
    expect(parts.map(({ rows }) => rows)).toEqual([100_000])
    expect(pendingBytes).toBe(0)
    expect(fs.existsSync(path.join(home, parts[0]!.file))).toBe(true)
  } finally {
    fs.rmSync(home, { recursive: true })
  }
})
