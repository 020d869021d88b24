import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '@provloom/shared'
import { aliveStill, identityOfProcess } from '@provloom/shared/process'
import { formatProcess, parseProcess } from '../place/tree-variable.ts'

const name = /^importer\.(\d{1,9})$/

/**
 * Claims a session that nobody writes or serves, to hand it in: `importer.<n>` in its folder, made by one process only
 * (O_EXCL). When that one has gone the next number may be taken; none is renamed or removed, for who removes one may take
 * a fresh one.
 *
 * @returns the process that holds it; undefined where it is ours now
 * @throws the system's error when the folder cannot be written, `ENOENT` when it has gone
 */
export function claimSession(folder: string): string | undefined {
  const self = identityOfProcess(process.pid)
  const own = self === undefined ? `x.${process.pid}` : formatProcess(self)
  const last = Math.max(-1, ...fs.readdirSync(folder).map((one) => Number(name.exec(one)?.[1] ?? -1)))
  if (last >= 0) {
    const holder = fs.readFileSync(fileOf(folder, last), 'utf8')
    if (holder === own) return undefined
    if (mayLive(holder)) return holder
  }
  try {
    fs.writeFileSync(fileOf(folder, last + 1), own, { flag: 'wx', mode: 0o600 })
    return undefined
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
    return fs.readFileSync(fileOf(folder, last + 1), 'utf8') || 'another process'
  }
}

function fileOf(folder: string, number: number): string {
  return path.join(folder, `importer.${number}`)
}

/** One that has just been made may not say yet by whom. */
function mayLive(holder: string): boolean {
  const identity = parseProcess(holder)
  return holder === '' || (identity !== undefined && aliveStill(identity) !== false)
}
