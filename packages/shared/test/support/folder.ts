import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { removeFolder } from '@provloom/shared'

/** A folder of the test's own, removed when it is finished. */
export function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  onTestFinished(() => removeFolder(made))
  return made
}
