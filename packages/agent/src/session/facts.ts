import fs from 'node:fs'
import path from 'node:path'
import {
  ProvloomError,
  fieldsOf,
  isCount,
  isNameable,
  machineId,
  systemCode,
  version,
} from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { textOf } from '../spool/small-file.ts'
import { sessionFolderAt } from './folder.ts'
import type { SessionFolder } from './folder.ts'

export const spoolFormat = 2

/** A process by its pid and its start, field 22 of /proc/PID/stat. */
export type ProcessNumber = readonly [pid: number, start: number]

/** What a client says of a session it has begun: session.json (docs/spool-format.md). Times in microseconds since the epoch. */
export interface SessionFacts {
  readonly session: string
  /** The client's own count in its process: order without a clock. */
  readonly seq: number
  readonly pid: number
  /** Field 22 of /proc/PID/stat; 0 where it is not known. */
  readonly start: number
  readonly pidNamespace: number
  /** Pid and start of the processes above, the nearest first. */
  readonly parents: readonly ProcessNumber[]
  readonly openedUs: number
  readonly host: string
  readonly hostId: string
  readonly uid: number
  readonly argv: readonly string[]
  readonly executable: string
  /** Where it works; empty where that is gone, or cannot be named. */
  readonly directory: string
  /** The file of the user's code, which its client has recorded. */
  readonly script?: string
  /** Rank, world and job variables that the process saw. */
  readonly environment: Variables
  /** The open session it inherited from its parent. */
  readonly inherited?: string
  readonly rank?: number
  readonly worldSize?: number
  /** Who said the rank: `call`, or the library that had been initialised. */
  readonly said?: string
  /** Its agent has begun it, for a command that called nothing. */
  readonly silent?: boolean
  readonly experimentName?: string
  readonly runName?: string
  readonly runId?: string
  /** The id that its run is to have where it is begun with this session. */
  readonly newRunId?: string
  /** The run that a run begun with this session follows from: it goes on with it, or is nested in it. */
  readonly informedBy?: string
  readonly provUserNamespace?: string
  readonly provenanceSaveDir?: string
  readonly collectAllProcesses?: boolean
  readonly saveAfterNLogs?: number
  readonly disableCodecarbon?: boolean
}

/**
 * Reads `session.json`.
 *
 * @throws {ProvloomError} `SPOOL_UNREADABLE` when the folder holds none, or one of another format
 */
export function readSession(folder: string): {
  readonly folder: SessionFolder
  readonly facts: SessionFacts
} {
  const session = sessionFolderAt(path.resolve(folder))
  const file = path.join(session.root, 'session.json')
  try {
    const fields = fieldsOf(JSON.parse(fs.readFileSync(file, 'utf8')))
    refuseOtherFormat(fields, 'libraryVersion', session.root)
    return { folder: session, facts: factsOf(fields, session.id) }
  } catch (error) {
    if (error instanceof ProvloomError) throw error
    throw unreadable(file, session.streams, error)
  }
}

/**
 * A file that says what a spool is: damaged, gone, or of another release.
 *
 * @param records what lies beside it when the spool is one
 */
export function unreadable(file: string, records: string, cause: unknown): ProvloomError {
  const code = systemCode(cause)
  const isDamaged = cause instanceof SyntaxError || (code === 'ENOENT' && fs.existsSync(records))
  const hint = isDamaged
    ? `The records are in ${records}, and stay there. Put the file back from a copy; where there is none, {"format": ${spoolFormat}} in it is enough to hand them in.`
    : code === 'ENOENT' || code === 'ENOTDIR'
      ? `Name a folder that holds ${path.basename(file)} and ${path.basename(records)}/; provloom spools lists them.`
      : code !== undefined
        ? `Look whether you may read it, and whether its disk answers; the records are in ${records}.`
        : undefined
  return new ProvloomError('SPOOL_UNREADABLE', `${file} cannot be read`, {
    doing: 'open the spool',
    to: file,
    cause,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** @throws in words: both formats and versions, and what to type */
export function refuseOtherFormat(
  fields: ReadonlyMap<string, unknown>,
  versionField: string,
  folder: string,
): void {
  const format = fields.get('format')
  if (format === spoolFormat) return
  if (!isCount(format)) throw new SyntaxError('it names no format')
  const its = textOf(fields.get(versionField))
  const by = its === undefined ? 'the release of Provloom that wrote it' : `Provloom ${its}`
  const call = its === undefined ? 'provloom' : `npx provloom@${its}`
  throw new Error(
    `it is of format ${String(format)}, of ${by}; this is Provloom ${version}, which reads format ${spoolFormat}. Hand it in with the release that wrote it: ${call} import ${folder}`,
  )
}

function factsOf(fields: ReadonlyMap<string, unknown>, id: string): SessionFacts {
  const count = (name: string): number => {
    const value = fields.get(name)
    return isCount(value) ? value : 0
  }
  const directory = textOf(fields.get('directory')) ?? ''
  return {
    session: id,
    seq: count('seq'),
    pid: count('pid'),
    start: count('start'),
    pidNamespace: count('pidNamespace'),
    parents: processesOf(fields.get('parents')),
    openedUs: count('openedUs'),
    host: textOf(fields.get('host')) ?? 'unknown',
    hostId: machineId(textOf(fields.get('hostId')) ?? 'unknown'),
    uid: count('uid'),
    argv: textsOf(fields.get('argv')),
    executable: textOf(fields.get('executable')) ?? '',
    directory: isNameable(directory) ? directory : '',
    environment: variablesOf(fields.get('environment')),
    ...given(fields),
  }
}

const texts = [
  'script',
  'inherited',
  'said',
  'experimentName',
  'runName',
  'runId',
  'newRunId',
  'informedBy',
  'provUserNamespace',
  'provenanceSaveDir',
] as const
const counts = ['rank', 'worldSize', 'saveAfterNLogs'] as const
const flags = ['collectAllProcesses', 'disableCodecarbon', 'silent'] as const

type Given = Pick<SessionFacts, (typeof texts)[number] | (typeof counts)[number] | (typeof flags)[number]>

function given(fields: ReadonlyMap<string, unknown>): Given {
  const found: [string, unknown][] = [
    ...texts.map((name): [string, unknown] => [name, textOf(fields.get(name))]),
    ...counts.map((name): [string, unknown] => [
      name,
      isCount(fields.get(name)) ? fields.get(name) : undefined,
    ]),
    ...flags.map((name): [string, unknown] => [
      name,
      typeof fields.get(name) === 'boolean' ? fields.get(name) : undefined,
    ]),
  ]
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function processesOf(value: unknown): ProcessNumber[] {
  const pairs: unknown[] = Array.isArray(value) ? value : []
  return pairs.flatMap((one): ProcessNumber[] =>
    Array.isArray(one) && isCount(one[0]) && isCount(one[1]) ? [[one[0], one[1]]] : [],
  )
}

function variablesOf(value: unknown): Variables {
  const texts: Record<string, string> = {}
  for (const [name, one] of fieldsOf(value)) if (typeof one === 'string') texts[name] = one
  return texts
}
