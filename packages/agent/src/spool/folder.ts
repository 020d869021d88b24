import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ProvloomError, keySlug } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { textOf, writeSmall } from './small-file.ts'

/**
 * A rank's private folder on its own machine (docs/spool-format.md):
 * `spool.json` · `streams/<stream>/*.seg` · `files/` · `control.json` · `agent.json`.
 */
export interface SpoolFolder {
  readonly root: string
  readonly streams: string
  readonly files: string
}

/** What a spool says of itself, enough to import it later. Times are microseconds since the Unix epoch. */
export interface SpoolFacts {
  readonly createdUs: number
  readonly host: string
  readonly uid: number
  readonly pid: number
  readonly by: 'agent' | 'client'
  readonly experimentName?: string
  readonly provUserNamespace?: string
  readonly provenanceSaveDir?: string
  /** Rank, world and job variables its creator saw. */
  readonly environment: Variables
  /** What an agent had found out, explicit options included. */
  readonly rank?: number
  readonly attempt?: number
  readonly jobKey?: string
}

export function spoolFolderAt(root: string): SpoolFolder {
  return { root, streams: path.join(root, 'streams'), files: path.join(root, 'files') }
}

/** The folder spools are made in when nobody names one. */
export function defaultSpoolRoot(variables: Variables): string {
  const temporary =
    variables['TMPDIR'] === undefined || variables['TMPDIR'] === '' ? '/tmp' : variables['TMPDIR']
  return path.join(temporary, `provloom-${process.getuid?.() ?? 0}`)
}

/**
 * Makes a rank's spool: folders of mode 0700, files of mode 0600.
 *
 * @throws {ProvloomError} `SPOOL_UNWRITABLE` when it cannot be made, or its parent is another user's
 */
export function makeSpool(
  spoolRoot: string,
  jobKey: string,
  rank: Rank,
  attempt: Attempt,
  facts: SpoolFacts,
): SpoolFolder {
  const name = `${keySlug(jobKey === '' ? 'job' : jobKey)}-r${rank}-a${attempt}-${randomBytes(4).toString('hex')}`
  const spool = spoolFolderAt(path.join(path.resolve(spoolRoot), name))
  try {
    fs.mkdirSync(spoolRoot, { recursive: true, mode: 0o700 })
    refuseForeign(spoolRoot)
    for (const folder of [spool.root, spool.streams, spool.files]) fs.mkdirSync(folder, { mode: 0o700 })
    writeSmall(path.join(spool.root, 'spool.json'), { format: 1, ...facts })
    return spool
  } catch (error) {
    throw new ProvloomError('SPOOL_UNWRITABLE', `Could not make a spool in ${spoolRoot}`, {
      doing: 'make the spool',
      to: spoolRoot,
      cause: error,
      hint: 'Name a folder on this machine that you may write with --spool-root.',
    })
  }
}

/** Whoever owns the folder, or may rename in it, could put another spool in the place of ours. */
function refuseForeign(spoolRoot: string): void {
  const { uid, mode } = fs.statSync(spoolRoot)
  const self = process.getuid?.()
  if (self === undefined) return
  // A link of the user's own, to a disk with room say, is as good as the folder.
  const link = fs.lstatSync(spoolRoot)
  if (link.isSymbolicLink() && link.uid !== self)
    throw new Error(`${spoolRoot} is a symbolic link of user ${link.uid}`)
  if (uid !== self && uid !== 0) throw new Error(`${spoolRoot} belongs to user ${uid}`)
  const othersWrite = (mode & 0o002) !== 0
  const sticky = (mode & 0o1000) !== 0
  if (othersWrite && !sticky) throw new Error(`${spoolRoot} can be written by everybody`)
}

/**
 * Reads `spool.json`.
 *
 * @throws {ProvloomError} `SPOOL_UNREADABLE` when the folder is no spool or of a newer format
 */
export function readSpool(folder: string): { readonly spool: SpoolFolder; readonly facts: SpoolFacts } {
  const spool = spoolFolderAt(path.resolve(folder))
  try {
    const fields = fieldsOf(JSON.parse(fs.readFileSync(path.join(spool.root, 'spool.json'), 'utf8')))
    if (fields.get('format') !== 1) throw new Error(`format ${String(fields.get('format'))}, not 1`)
    return { spool, facts: factsOf(fields) }
  } catch (error) {
    throw new ProvloomError('SPOOL_UNREADABLE', `${folder} is no spool that can be read`, {
      doing: 'open the spool',
      to: folder,
      cause: error,
      hint: 'Name a folder that holds spool.json and streams/.',
    })
  }
}

export function removeSpool(spool: SpoolFolder): void {
  fs.rmSync(spool.root, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
}

/** Removes what was recorded, and keeps the folder: a worker that writes on does so into nothing. */
export function emptySpool(spool: SpoolFolder): void {
  for (const folder of [spool.streams, spool.files]) {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
  }
}

function factsOf(fields: ReadonlyMap<string, unknown>): SpoolFacts {
  const environment: Record<string, string> = {}
  for (const [name, value] of fieldsOf(fields.get('environment'))) {
    if (typeof value === 'string') environment[name] = value
  }
  const texts = Object.fromEntries(
    ['experimentName', 'provUserNamespace', 'provenanceSaveDir', 'jobKey'].flatMap((name) => {
      const value = textOf(fields.get(name))
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
  const counts = Object.fromEntries(
    ['rank', 'attempt'].flatMap((name) => {
      const value = fields.get(name)
      return typeof value === 'number' ? [[name, value] as const] : []
    }),
  )
  return {
    createdUs: numberOf(fields.get('createdUs')),
    host: textOf(fields.get('host')) ?? os.hostname(),
    uid: numberOf(fields.get('uid')),
    pid: numberOf(fields.get('pid')),
    by: fields.get('by') === 'client' ? 'client' : 'agent',
    environment,
    ...texts,
    ...counts,
  }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
