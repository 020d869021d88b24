import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, reasonOf } from '@provloom/shared'
import type { Artifact, ArtifactKind } from '@provloom/shared'
import { contextName } from './context.ts'
import { withSession } from './current.ts'
import { present } from './present.ts'
import type { Session } from './session.ts'
import { folderBytes } from './stream.ts'
import { nameOf } from './value.ts'

export interface ArtifactOptions {
  readonly context?: string
  readonly source?: string
  readonly step?: number
  /** Keep a copy in the run's `artifacts/`; true unless it is false. */
  readonly logCopyInProvDirectory?: boolean
  /** Folder under `artifacts/` for the copy. */
  readonly logCopySubdirectory?: string
  readonly isModel?: boolean
  /** The run used it; else the run made it. */
  readonly isInput?: boolean
}

/** How a file is to be recorded. */
export interface Keeping {
  readonly kind: ArtifactKind
  readonly role: 'input' | 'output'
  readonly copy: boolean
  readonly context?: string
  readonly source?: string
  readonly step?: number
  readonly subfolder?: string
  readonly version?: number
}

/** What copies may still take of the spool; looked at once a call. */
interface Room {
  left: number
}

const blockBytes = 1024 * 1024
const filesMax = 10_000
/** Copies use at most half of the spool, so that they never push out events. */
const copiesBytesMax = limits.spoolBytesMax / 2

/** Records a file, or a folder with all its files. `logArtifact(path)` alone names it by its file name. */
export function logArtifact(name: string, file?: string, options: ArtifactOptions = {}): void {
  withSession('logArtifact', (session) => {
    const place = file ?? name
    const label = file === undefined ? path.basename(place) : name
    keep(session, 'logArtifact', label, place, {
      ...present({ context: options.context, source: options.source, step: options.step }),
      ...present({ subfolder: nameOf(options.logCopySubdirectory) }),
      kind: options.isModel === true ? 'model' : 'artifact',
      role: options.isInput === true ? 'input' : 'output',
      copy: options.logCopyInProvDirectory !== false,
    })
  })
}

/** Records the file or folder at `file` as it is now. */
export function keep(session: Session, call: string, label: string, file: string, keeping: Keeping): void {
  const place = path.resolve(file)
  const found = fs.statSync(place, { throwIfNoEntry: false })
  const name = nameOf(label) ?? 'unnamed'
  if (found === undefined) {
    session.problem('MISSING_FILE', `${call}: ${name}: there is no file or folder ${place}`, place)
  } else if (found.isFile()) {
    keepFile(session, call, name, place, found.size, keeping, roomOf(session))
  } else if (found.isDirectory()) {
    keepFolder(session, call, name, place, keeping, roomOf(session))
  } else {
    session.problem('NOT_A_FILE', `${call}: ${place} is neither a file nor a folder`, place)
  }
}

function roomOf(session: Session): Room {
  return { left: copiesBytesMax - folderBytes(session.spool.files) }
}

function keepFolder(
  session: Session,
  call: string,
  name: string,
  folder: string,
  keeping: Keeping,
  room: Room,
): void {
  const entries = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  let size = 0
  let count = 0
  for (const relative of entries) {
    const found = fs.statSync(path.join(folder, relative), { throwIfNoEntry: false })
    if (found === undefined || !found.isFile()) continue
    if (++count > filesMax) {
      session.problem('FOLDER_TOO_LARGE', `${call}: ${folder} has more than ${filesMax} files`, folder)
      break
    }
    const subfolder = nameOf(path.join(keeping.subfolder ?? '', name, path.dirname(relative)))
    const one = { ...keeping, ...present({ subfolder }) }
    size += keepFile(
      session,
      call,
      nameOf(`${name}/${relative}`) ?? name,
      path.join(folder, relative),
      found.size,
      one,
      room,
    )
  }
  session.record(eventOf(name, folder, { ...keeping, copy: false }, size, { mediaType: 'inode/directory' }))
}

/** Returns the file's size. */
function keepFile(
  session: Session,
  call: string,
  name: string,
  file: string,
  size: number,
  keeping: Keeping,
  room: Room,
): number {
  let kept: { spooled?: string; sha256?: string; size?: number } = {}
  const inline = size <= limits.artifactInlineBytesMax
  try {
    if (!keeping.copy) kept = inline ? { sha256: digestInto(file).sha256 } : {}
    else if (inline && size <= room.left) {
      kept = copyOf(session, file)
      room.left -= size
    } else kept = linkOf(session, file)
  } catch (error) {
    session.problem(
      'FILE_NOT_KEPT',
      `${call}: ${file} is recorded by its path only: ${reasonOf(error)}`,
      file,
    )
  }
  session.record(eventOf(name, file, keeping, kept.size ?? size, kept))
  return kept.size ?? size
}

function eventOf(
  name: string,
  file: string,
  keeping: Keeping,
  size: number,
  kept: Pick<Artifact, 'spooled' | 'sha256' | 'mediaType'>,
): Omit<Artifact, 'time'> {
  const { kind, role, copy, subfolder, version } = keeping
  const step = Number.isSafeInteger(keeping.step) ? keeping.step : undefined
  const context = contextName(keeping.context)
  const source = nameOf(keeping.source)
  const { spooled, sha256, mediaType } = kept
  const optional = present({ subfolder, version, step, context, source, spooled, sha256, mediaType })
  return { type: 'artifact', name, kind, role, path: file, copy, size, ...optional }
}

/** A new, safe name in the spool's files/, whose folder is there afterwards. */
function spooledName(session: Session, file: string): string {
  fs.mkdirSync(session.spool.files, { recursive: true, mode: 0o700 })
  const safe = path
    .basename(file)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^\.+/, '')
    .slice(-100)
  return `${process.pid}-${randomBytes(6).toString('hex')}-${safe === '' ? 'file' : safe}`
}

function copyOf(session: Session, file: string): { spooled: string; sha256: string; size: number } {
  const spooled = spooledName(session, file)
  const target = path.join(session.spool.files, spooled)
  const into = fs.openSync(target, 'wx', 0o600)
  try {
    return { spooled, ...digestInto(file, into) }
  } catch (error) {
    fs.rmSync(target, { force: true })
    throw error
  } finally {
    fs.closeSync(into)
  }
}

/** A clone where the file system can, else a hard link; on another file system nothing: by path only. */
function linkOf(session: Session, file: string): { spooled?: string } {
  const spooled = spooledName(session, file)
  const target = path.join(session.spool.files, spooled)
  try {
    fs.copyFileSync(file, target, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE_FORCE)
    fs.chmodSync(target, 0o600)
    return { spooled }
  } catch {
    fs.rmSync(target, { force: true })
  }
  try {
    fs.linkSync(fs.realpathSync(file), target)
    return { spooled }
  } catch {
    return {}
  }
}

/** Hashes a file, and writes what it hashed to `into`. */
function digestInto(file: string, into?: number): { sha256: string; size: number } {
  const hash = createHash('sha256')
  const from = fs.openSync(file, 'r')
  const block = Buffer.allocUnsafe(blockBytes)
  let size = 0
  try {
    for (let got = fs.readSync(from, block); got > 0; got = fs.readSync(from, block)) {
      hash.update(block.subarray(0, got))
      size += got
      if (into !== undefined) writeAll(into, block.subarray(0, got))
    }
  } finally {
    fs.closeSync(from)
  }
  return { sha256: hash.digest('hex'), size }
}

function writeAll(into: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += fs.writeSync(into, bytes, done)
}
