import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, namesIn } from '@provloom/shared'
import { aliveStill, identityOfProcess } from '@provloom/shared/process'

const named = /^owner-(\d+)\.json$/

/**
 * Makes this process the one that hands a folder on: `owner-<n>.json` is the n-th that does, and whoever made it lives, or the
 * next may come. Of two that come at once one makes it.
 */
export function own(folder: string): boolean {
  const last = ownersOf(folder).at(-1)
  if (last !== undefined && isAlive(path.join(folder, `owner-${last}.json`))) return false
  try {
    const text = JSON.stringify(identityOfProcess(process.pid) ?? {})
    fs.writeFileSync(path.join(folder, `owner-${(last ?? -1) + 1}.json`), text, { flag: 'wx', mode: 0o600 })
    return true
  } catch {
    return false
  }
}

/** Whether a process hands it on now, as far as can be seen. */
export function isOwned(folder: string): boolean {
  const last = ownersOf(folder).at(-1)
  return last !== undefined && isAlive(path.join(folder, `owner-${last}.json`))
}

/** Whoever wants may hand it on from now on. */
export function leave(folder: string): void {
  for (const n of ownersOf(folder)) fs.rmSync(path.join(folder, `owner-${n}.json`), { force: true })
}

function ownersOf(folder: string): number[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, n] = named.exec(name) ?? []
      return n === undefined ? [] : [Number(n)]
    })
    .sort((a, b) => a - b)
}

function isAlive(file: string): boolean {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch {
    return false
  }
  const fields = fieldsIn(text)
  const [host, pidNamespace, pid, start] = ['host', 'pidNamespace', 'pid', 'start'].map((name) =>
    fields.get(name),
  )
  if (typeof host !== 'string' || typeof pidNamespace !== 'string' || typeof pid !== 'number') return false
  // One of another container cannot be seen; the folder may be named to the command there.
  return aliveStill({ host, pidNamespace, pid, start: typeof start === 'string' ? start : '' }) ?? true
}
