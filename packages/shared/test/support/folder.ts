import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of the test's own, removed when it is finished. */
export function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}
