import fs from 'node:fs'
import os from 'node:os'
import { reasonOf, systemCode } from '@provloom/shared'
import { aliveStill, identityOfProcess } from '@provloom/shared/process'
import type { ProcessIdentity } from '@provloom/shared/process'

/**
 * `.lease` of an open run's directory: which process writes the run (docs/run-directory.md). Its owner renews it by the
 * file's time, which costs no block of a full disk, and everybody else believes what changes while he looks: another
 * machine's clock, port and process numbers mean nothing here.
 */
export interface LeaseOwner {
  readonly nonce: string
  readonly name: string
  /** Where it can be known. */
  readonly process: ProcessIdentity | undefined
}

export function ourselves(nonce: string): LeaseOwner {
  const own = seesItself() ? identityOfProcess(process.pid) : undefined
  return { nonce, name: `process ${process.pid} on ${os.hostname()}`, process: own }
}

/** @param version of the program, for a person who reads the file */
export function textOf(owner: LeaseOwner, version: string): string {
  return `${JSON.stringify({ format: 1, ...owner, version })}\n`
}

/** In a pid namespace without a /proc of its own, what /proc says of our number is of somebody else. */
function seesItself(): boolean {
  try {
    return fs.readlinkSync('/proc/self') === String(process.pid)
  } catch {
    return false
  }
}

/** Its process is not there any more, as far as can be seen from here; one that is another of our own has let it go. */
export function isGone(owner: LeaseOwner | undefined): boolean {
  if (owner?.process === undefined) return false
  const alive = aliveStill(owner.process)
  return alive === false || (alive === true && owner.process.pid === process.pid)
}

export function nameOf(owner: LeaseOwner | undefined): string {
  return owner?.name ?? 'another process'
}

/** Undefined when there is none, or none that can be understood: that one is judged by its renewals alone. */
export function ownerIn(file: string): LeaseOwner | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    const fields = fieldsOf(value)
    const [nonce, name, process] = [fields.get('nonce'), fields.get('name'), fields.get('process')]
    if (typeof nonce !== 'string' || typeof name !== 'string') return undefined
    return { nonce, name, process: processOf(fieldsOf(process)) }
  } catch (error) {
    if (systemCode(error) === undefined || systemCode(error) === 'ENOENT') return undefined
    throw new Error(`the lease of the run cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

function processOf(fields: ReadonlyMap<string, unknown>): ProcessIdentity | undefined {
  const pid = fields.get('pid')
  const text = (name: string): string => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : ''
  }
  if (typeof pid !== 'number') return undefined
  return { host: text('host'), pidNamespace: text('pidNamespace'), pid, start: text('start') }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}
