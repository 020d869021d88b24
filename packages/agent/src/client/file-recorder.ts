import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { limits, reasonOf, systemCode } from '@provloom/shared'
import type { Artifact, ArtifactKind, Contributors, ProblemCode } from '@provloom/shared'
import { isConnection } from '../artifact/ours.ts'
import { Allowance } from './allowance.ts'
import { contextName } from './context-name.ts'
import { Folder, listed } from './folder.ts'
import type { Found } from './folder.ts'
import { nameOf } from './name.ts'
import { knownFolders } from './own-folders.ts'
import { isText, shown, textOf } from './paths.ts'
import type { Place } from './paths.ts'
import { present } from './present.ts'
import { eventStep } from './recorded.ts'
import type { Session } from './session.ts'
import { take } from './take.ts'
import type { TakenFile } from './take.ts'

/** How a file is to be recorded. */
export interface Keeping {
  readonly kind: ArtifactKind
  readonly role: 'input' | 'output'
  readonly copy: boolean
  readonly context?: string
  readonly source?: string
  readonly step?: number | bigint
  readonly subfolder?: string
  readonly version?: number
  /** The name of the model that it is of. */
  readonly model?: string
  readonly contributors?: Contributors
}

type Fields = Partial<Omit<Artifact, 'type' | 'time' | 'path'>>

/** The files of one call. */
export class FileRecorder {
  readonly #session: Session
  readonly #call: string
  readonly #name: string
  readonly #keeping: Keeping
  // Looked at once: a folder of many files must not list the copies for each of them.
  readonly #allowance: Allowance
  readonly #step: number | undefined

  constructor(session: Session, call: string, name: string, keeping: Keeping) {
    this.#session = session
    this.#call = call
    this.#name = name
    this.#keeping = keeping
    this.#allowance = new Allowance(session.spool)
    this.#step = eventStep(session, call, name, keeping.step)
  }

  /** A file, or a folder with all its files. */
  keep(place: string, found: fs.Stats): void {
    if (found.isDirectory()) this.#folder(place, found)
    else this.#file(place)
    this.#allowance.close()
  }

  #file(place: string): void {
    const link = linkOf(place)
    try {
      const { problem } = this.#take(place, this.#name, link)
      if (problem !== undefined) this.#tell('FILE_CHANGED', `${shown(place)}: ${problem}`, place)
    } catch (error) {
      this.#tell('FILE_NOT_KEPT', `${shown(place)} is recorded by its path only: ${reasonOf(error)}`, place)
      this.#record(place, this.#name, { copy: false, problem: reasonOf(error), ...link })
    }
  }

  /** Each of its files, and at last the folder itself, which says what is not among them. */
  #folder(place: string, found: fs.Stats): void {
    // What git keeps is no source code, and may hold passwords.
    const without = this.#keeping.kind === 'source' ? '.git' : undefined
    const folder = new Folder(place, knownFolders(this.#session), undefined, without)
    const hashes: (readonly [string, string | undefined])[] = []
    let size = 0
    for (const one of folder.found) {
      const taken = this.#inside(folder, one)
      if (taken === undefined) continue
      size += taken.size
      hashes.push([one.relative, taken.sha256])
      if (taken.problem !== undefined) folder.leaveOut(taken.problem, one.relative)
    }
    const problem = this.#tellOf(place, folder)
    const sha256 = problem === undefined ? digestOf(hashes) : undefined
    const facts = {
      size,
      mediaType: 'inode/directory',
      mode: found.mode & 0o777,
      group: found.gid,
      ...linkOf(place),
    }
    this.#record(place, this.#name, { ...facts, copy: false, ...present({ sha256, problem }) })
  }

  #inside(folder: Folder, { relative, path, link, empty }: Found): TakenFile | undefined {
    const name = nameOf(`${this.#name}/${relative}`) ?? this.#name
    const inside = { depth: relative.split('/').length, ...present({ link }) }
    if (empty === true) {
      this.#record(path, name, { ...inside, size: 0, mediaType: 'inode/directory', copy: false })
      return undefined
    }
    try {
      if (isConnection(textOf(path), fs.statSync(path).size)) {
        folder.own.push(relative)
        return undefined
      }
      return this.#take(path, name, inside)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        folder.leaveOut('file gone since it was listed', relative)
        return undefined
      }
      const why = systemCode(error) ?? reasonOf(error)
      folder.leaveOut(`file that cannot be read: ${why}`, relative)
      this.#record(path, name, { ...inside, copy: false, problem: why })
      return undefined
    }
  }

  /** @returns what of a folder is not recorded */
  #tellOf(place: string, folder: Folder): string | undefined {
    const { own, files, more, found } = folder
    if (own.length > 0)
      this.#tell('OWN_FILES', `${shown(place)}: Provloom's own files are left out: ${listed(own)}`, place)
    const told = folder.told()
    if (told !== undefined)
      this.#tell('FOLDER_INCOMPLETE', `${shown(place)}: not recorded, or not as it was: ${told}`, place)
    if (!more && files <= limits.folderFilesMax) return told
    const counted = `${more ? 'more than' : 'it has'} ${files} files; the first ${found.length} are recorded`
    this.#tell('FOLDER_TOO_LARGE', `${shown(place)}: ${counted}`, place)
    return told === undefined ? counted : `${counted}; ${told}`
  }

  /** Records one file. @throws what `take` throws */
  #take(path: Place, name: string, fields: Fields): TakenFile {
    const { taken, refused } = take(this.#session.spool, path, this.#keeping.copy, this.#allowance)
    if (refused !== undefined) {
      const text = `${shown(path)} is not copied in the call (${refused}; told once): the agent takes it from where it is, and tells when it has changed by then`
      this.#tell('NOT_COPIED', text, refused)
    }
    const { mark, problem, ...kept } = taken
    if (isText(path)) {
      this.#record(path, name, { ...fields, ...kept, ...present({ mark, problem }) })
      return taken
    }
    const unsaid = problem ?? 'its name is no UTF-8: the bytes of it are written as \\xNN'
    const copy = this.#keeping.copy && kept.spooled !== undefined
    this.#record(path, name, { ...fields, ...kept, copy, problem: unsaid })
    return { ...taken, problem: unsaid }
  }

  #record(path: Place, name: string, fields: Fields): void {
    const { kind, role, copy, context, source, subfolder, version, model, contributors } = this.#keeping
    this.#session.record({
      type: 'artifact',
      name,
      kind,
      role,
      path: textOf(path),
      copy,
      ...present({ subfolder, version, model, contributors, step: this.#step }),
      // Code is its rank's, wherever it is when its session begins.
      ...present({ context: kind === 'script' ? undefined : contextName(context), source: nameOf(source) }),
      ...fields,
    })
  }

  #tell(code: ProblemCode, message: string, about: string): void {
    this.#session.problem(code, `${this.#call}: ${message}`, about)
  }
}

function linkOf(place: string): { readonly link?: string } {
  return fs.lstatSync(place).isSymbolicLink() ? { link: fs.realpathSync(place) } : {}
}

/** Of a folder: of the lines that `sha256sum` prints of its files, sorted by the bytes of their names. */
export function digestOf(hashes: readonly (readonly [string, string | undefined])[]): string | undefined {
  const lines = hashes.map(([name, sha256]) => ({ name: Buffer.from(name), sha256 }))
  if (lines.some(({ sha256 }) => sha256 === undefined)) return undefined
  const hash = createHash('sha256')
  for (const { name, sha256 } of lines.sort((a, b) => Buffer.compare(a.name, b.name))) {
    const plain = name.toString('utf8').replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    hash.update(`${plain === name.toString('utf8') ? '' : '\\'}${sha256}  ${plain}\n`)
  }
  return hash.digest('hex')
}
