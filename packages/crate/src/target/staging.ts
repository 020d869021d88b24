import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { aliveStill, hostId, identityOfProcess, ownPidNamespace } from '@provloom/shared/process'

/** `.provloom-export-HOST-NAMESPACE-PID-START-RANDOM`: whose it is, so that what a killed export has left is known. */
const pattern = /^\.provloom-export-([0-9a-f]{12})-(\d+)-(\d+)-(\d+)-[0-9a-f]{8}$/

/** What a crate that is replaced is called until the new one is in its place. */
export function formerName(staging: string): string {
  return `${staging}-former`
}

/** What a crate is written as until it is whole: another name for every export, of one process too. */
export function stagingName(): string {
  const start = identityOfProcess(process.pid)?.start ?? ''
  const whose = [ownHost(), ownPidNamespace() || 0, process.pid, start || 0]
  return `.provloom-export-${whose.join('-')}-${randomBytes(4).toString('hex')}`
}

/**
 * Removes what exports have left in a folder whose process is gone: killed, they could not. A crate that was moved aside stays
 * where the one that was to take its place never did; and so does all that another machine's process may still be at.
 */
export function sweepStaging(folder: string): void {
  const names = fs.readdirSync(folder)
  for (const name of names) {
    const staging = name.replace(/-former$/, '')
    if (!isLeft(staging)) continue
    if (names.includes(formerName(staging)) && names.includes(staging)) continue
    try {
      fs.rmSync(path.join(folder, name), { recursive: true, force: true })
    } catch {
      // Somebody else's, whose to remove it is.
    }
  }
}

/** Of an export of this machine that is over. */
function isLeft(name: string): boolean {
  const [, host, namespace, pid, start] = pattern.exec(name) ?? []
  if (host !== ownHost() || (namespace === '0' ? '' : namespace) !== ownPidNamespace()) return false
  return (
    aliveStill({
      host: hostId(),
      pidNamespace: ownPidNamespace(),
      pid: Number(pid),
      start: start === '0' ? '' : start!,
    }) === false
  )
}

function ownHost(): string {
  return hostId().slice(0, 12)
}
