import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import { removeFolder } from '@provloom/shared'

const made: string[] = []

/** A folder of the test's own, gone after it. */
export function freshFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  made.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of made.splice(0)) removeFolder(folder)
})

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
