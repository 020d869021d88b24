import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, nameWithin } from '@provloom/shared'
import type { Artifact, ProblemCode } from '@provloom/shared'
import { partPrefix } from '@provloom/mlflow'
import { digestOf } from '../client/file-recorder.ts'
import { present } from '../client/present.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Fact } from '../spool/own-stream.ts'

interface Below {
  readonly relative: string
  readonly file: string
  readonly stat: fs.Stats
}

/** Into what is recorded: a session of its process, or what is left of one. */
export interface Into {
  readonly spool: Pick<SessionFolder, 'files'>
  record(fact: Fact): void
  problem(code: ProblemCode, message: string, about?: string): void
}

/** Told of each file that is recorded: its path below the folder, and where it is. */
type Took = (below: string, file: string) => void

/**
 * Files that MLflow's client has put into a folder of ours, recorded as they are. They are given over to the session by a
 * link, which costs nothing: nobody writes them any more, but for a client that goes on with a run, and it then writes a
 * file anew.
 */
export class KeptFiles {
  readonly #session: Into
  readonly #seen: Map<string, string>

  /** @param seen by which a file is the one that was recorded before, in this session of its run or in an earlier one */
  constructor(session: Into, seen: Map<string, string>) {
    this.#session = session
    this.#seen = seen
  }

  /** Each file by its own, by its path below the folder. */
  record(folder: string, took: Took): void {
    const { found, more } = filesBelow(folder)
    for (const { relative, file, stat } of found) {
      if (!this.#isNew(file, stat)) continue
      this.#put(file, stat, { name: relative, kind: 'artifact' })
      took(relative, file)
    }
    if (more) this.#tell('FOLDER_TOO_LARGE', `of MLflow's artifacts the first ${found.length} are recorded`)
  }

  /** The folder of a model: its files, and at last the folder, which is the model's. */
  recordModel(folder: string, model: string, step: number | undefined, took: Took): void {
    const { found, more } = filesBelow(folder)
    if (found.length === 0) return
    const size = found.reduce((sum, { stat }) => sum + stat.size, 0)
    const hashes: [string, string | undefined][] = []
    for (const { relative, file, stat } of found) {
      this.#isNew(file, stat)
      const depth = relative.split('/').length
      this.#put(file, stat, { name: `${model}/${relative}`, kind: 'model', depth, model })
      took(relative, file)
      if (size <= limits.artifactInlineBytesMax) hashes.push([relative, hashOf(file)])
    }
    const sha256 = hashes.length === found.length && !more ? digestOf(hashes) : undefined
    this.#session.record({
      type: 'artifact',
      name: nameWithin(model),
      kind: 'model',
      role: 'output',
      copy: false,
      size,
      mediaType: 'inode/directory',
      model,
      ...present({ sha256, step }),
    })
  }

  #isNew(file: string, { ino, size, mtimeMs }: fs.Stats): boolean {
    const mark = `${ino} ${size} ${mtimeMs}`
    const isNew = this.#seen.get(file) !== mark
    this.#seen.set(file, mark)
    return isNew
  }

  #put(
    file: string,
    { size, mode }: fs.Stats,
    fields: Pick<Artifact, 'name' | 'kind' | 'depth' | 'model'>,
  ): void {
    const spooled = this.#given(file)
    if (spooled === undefined) return
    this.#session.record({
      type: 'artifact',
      ...fields,
      name: nameWithin(fields.name),
      role: 'output',
      spooled,
      copy: true,
      size,
      mode: mode & 0o777,
    })
  }

  /** @returns its name in the session's folder */
  #given(file: string): string | undefined {
    const safe = path
      .basename(file)
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .slice(-100)
    const spooled = `mlflow-${randomBytes(6).toString('hex')}-${safe}`
    const target = path.join(this.#session.spool.files, spooled)
    try {
      fs.mkdirSync(this.#session.spool.files, { recursive: true, mode: 0o700 })
      link(file, target)
      return spooled
    } catch (error) {
      this.#tell(
        'FILE_NOT_KEPT',
        `an artifact of MLflow's cannot be kept: ${path.basename(file)}: ${String(error)}`,
      )
      return undefined
    }
  }

  #tell(code: 'FILE_NOT_KEPT' | 'FOLDER_TOO_LARGE', message: string): void {
    this.#session.problem(code, message, message)
  }
}

function link(file: string, target: string): void {
  try {
    fs.linkSync(file, target)
  } catch {
    fs.copyFileSync(file, target, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL)
  }
}

function filesBelow(folder: string): { readonly found: Below[]; readonly more: boolean } {
  const found: Below[] = []
  const walk = (relative: string): boolean => {
    const at = path.join(folder, relative)
    for (const one of fs
      .readdirSync(at, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= limits.folderFilesMax) return true
      const below = relative === '' ? one.name : `${relative}/${one.name}`
      if (one.isDirectory() && walk(below)) return true
      if (!one.isFile() || one.name.startsWith(partPrefix)) continue
      const file = path.join(folder, below)
      found.push({ relative: below, file, stat: fs.statSync(file) })
    }
    return false
  }
  return fs.existsSync(folder) ? { more: walk(''), found } : { more: false, found }
}

function hashOf(file: string): string | undefined {
  try {
    return createHash('sha256').update(fs.readFileSync(file)).digest('hex')
  } catch {
    return undefined
  }
}
