import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { removeFolder } from '@provloom/shared'

/** A folder of the test's own, removed when it is finished. */
export function freshFolder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  onTestFinished(() => removeFolder(made))
  return made
}

export function fixture(name: string): string {
  return path.join(import.meta.dirname, '..', 'fixtures', name)
}

/** A promise and its resolver. */
export function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  const resolvers: (() => void)[] = []
  const promise = new Promise<void>((resolve) => {
    resolvers.push(resolve)
  })
  return { promise, resolve: () => resolvers[0]?.() }
}
