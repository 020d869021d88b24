import fs from 'node:fs'
import os from 'node:os'
import { ProvloomError, connectionFile, readConnection } from '@provloom/shared'
import type { Connection } from '@provloom/shared'
import { isAlive } from '@provloom/shared/process'

/**
 * Where an aggregator's connection file may be, most likely first.
 *
 * @param named `--connection`: the only place then
 */
export function connectionFiles(
  named: string | undefined,
  saveDir: string,
  keys: readonly string[],
): readonly string[] {
  return named === undefined ? keys.map((key) => connectionFile(saveDir, key)) : [named]
}

/**
 * The first connection file there is. One that another user wrote (root excepted) would have us tell everything to
 * their aggregator.
 *
 * @throws {ProvloomError} `BAD_CONNECTION_FILE`
 */
export function findConnection(files: readonly string[]): Connection | undefined {
  for (const file of files) {
    // Nor is there one below what is no folder.
    if (!fs.existsSync(file)) continue
    refuseForeign(file)
    const found = readConnection(file)
    if (found !== undefined) return found
  }
  return undefined
}

export function sameConnection(a: Connection, b: Connection): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Whether the file's aggregator runs on this machine; on another one that cannot be seen, and counts as running. */
export function mayBeAlive(connection: Connection): boolean {
  return connection.host !== os.hostname() || isAlive(connection.pid)
}

function refuseForeign(file: string): void {
  const owner = fs.statSync(file, { throwIfNoEntry: false })?.uid
  const self = process.getuid?.()
  if (owner === undefined || self === undefined || owner === self || owner === 0) return
  throw new ProvloomError('FOREIGN_CONNECTION_FILE', `${file} belongs to user ${owner}`, {
    doing: 'find the aggregator',
    to: file,
    hint: 'Use a save directory of your own, and an aggregator that you started yourself.',
  })
}
