import fs from 'node:fs'
import type { Dirent } from 'node:fs'
import { limits, reasonOf, systemCode } from '@provloom/shared'
import { around, isOwn } from '../artifact/ours.ts'
import { isText, shown, textOf } from './paths.ts'
import type { Place } from './paths.ts'

/** One file, or a folder with nothing in it. */
export interface Found {
  /** Below the folder, in text. */
  readonly relative: string
  readonly path: Place
  /** Where it leads, when it is a link. */
  readonly link?: string
  readonly empty?: true
}

interface Below {
  readonly relative: Place
  readonly path: Place
}

interface Entry {
  readonly name: Buffer
  readonly kind: Dirent
}

const examples = 3
const shownMax = 200

/**
 * What lies in a folder at the call: each folder's files by name, then its folders. Links to files are followed, for
 * that is how model hubs keep folders; links to folders are not, for they may lead in a circle or anywhere. Nothing is
 * opened.
 */
export class Folder {
  readonly found: Found[] = []
  readonly own: string[] = []
  /** Files that there are, recorded or not. */
  files = 0
  /** There are more, and nobody counted them. */
  more = false
  readonly #leftOut = new Map<string, string[]>()
  readonly #known: ReadonlySet<string>
  readonly #each: (found: Found) => void
  readonly #without: string | undefined
  readonly #untilMs = performance.now() + limits.keepMs
  #entries: number = limits.folderEntriesMax

  /**
   * @param known folders that are ours and may still hold nothing of ours, by device and inode
   * @param each is called for each file, which then is not kept in `found`
   * @param without a name that is passed over
   */
  constructor(root: string, known: ReadonlySet<string>, each?: (found: Found) => void, without?: string) {
    this.#known = known
    this.#without = without
    this.#each = each ?? ((found) => this.found.length < limits.folderFilesMax && this.found.push(found))
    const below: Below[] = [{ relative: '', path: root }]
    for (let one = below.pop(); one !== undefined && !this.more; one = below.pop())
      below.push(...this.#look(one))
  }

  /** Notes one that is not recorded, or not as it was, by its kind. */
  leaveOut(what: string, relative: Place): void {
    const names = this.#leftOut.get(what) ?? []
    names.push(textOf(relative))
    this.#leftOut.set(what, names)
  }

  /** What is not recorded, in words; undefined when all is. */
  told(): string | undefined {
    if (this.#leftOut.size === 0) return undefined
    return [...this.#leftOut].map(([what, names]) => `${what}: ${listed(names)}`).join('; ')
  }

  /** Takes in one folder. @returns those below it, the last first */
  #look({ relative, path }: Below): Below[] {
    if (relative !== '' && typeof path === 'string' && isOwn(path, this.#known)) {
      this.own.push(textOf(relative))
      return []
    }
    let entries: Entry[]
    try {
      entries = this.#list(path)
    } catch (error) {
      const why = systemCode(error) ?? reasonOf(error)
      this.leaveOut(`folder that cannot be listed: ${why}`, relative === '' ? '.' : relative)
      return []
    }
    if (relative !== '' && entries.length === 0) this.#take({ relative: textOf(relative), path, empty: true })
    const folders: Below[] = []
    for (const { name, kind } of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
      // What is a link, and how large a file is, is asked one by one, and that may take its time.
      if (this.#late) {
        this.more = true
        break
      }
      if (placeOf(name) === this.#without) continue
      const below = {
        relative: relative === '' ? placeOf(name) : joined(relative, name),
        path: joined(path, name),
      }
      if (kind.isDirectory()) folders.push(below)
      else if (kind.isFile()) this.#take({ relative: textOf(below.relative), path: below.path })
      else this.#takeOther(below)
    }
    return folders.toReversed()
  }

  #list(folder: Place): Entry[] {
    // Each byte of a name becomes a letter: names need be no text.
    const opened = fs.opendirSync(folder, { encoding: 'latin1', bufferSize: 256 })
    const entries: Entry[] = []
    try {
      for (let one = opened.readSync(); one !== null; one = opened.readSync()) {
        if (this.#entries === 0 || this.#late) {
          this.more = true
          break
        }
        this.#entries--
        entries.push({ name: Buffer.from(one.name, 'latin1'), kind: one })
      }
    } finally {
      opened.closeSync()
    }
    return entries
  }

  get #late(): boolean {
    return performance.now() > this.#untilMs
  }

  #takeOther({ relative, path }: Below): void {
    let found: fs.Stats
    try {
      found = fs.statSync(path)
    } catch (error) {
      const dangling = systemCode(error) === 'ENOENT'
      this.leaveOut(dangling ? 'dangling link' : 'link that cannot be followed', relative)
      return
    }
    if (!found.isFile()) this.leaveOut(kindOf(found), relative)
    else if (isText(path) && around(textOf(path)) !== undefined) this.own.push(textOf(relative))
    else {
      const link = textOf(fs.realpathSync.native(path, { encoding: 'buffer' }))
      this.#take({ relative: textOf(relative), path, link })
    }
  }

  #take(found: Found): void {
    if (found.empty !== true) this.files++
    this.#each(found)
  }
}

/** The first few names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, examples).map((name) => shown(name).slice(0, shownMax))
  const more = names.length - first.length
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function kindOf(found: fs.Stats): string {
  if (found.isFIFO()) return 'pipe'
  if (found.isSocket()) return 'socket'
  return found.isDirectory() ? 'link to a folder' : 'device'
}

function placeOf(name: Buffer): Place {
  return isText(name) ? name.toString('utf8') : name
}

function joined(folder: Place, name: Buffer): Place {
  const place = placeOf(name)
  if (typeof folder === 'string' && typeof place === 'string') return `${folder}/${place}`
  return Buffer.concat([typeof folder === 'string' ? Buffer.from(folder) : folder, Buffer.from('/'), name])
}
