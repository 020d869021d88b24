import path from 'node:path'
import type { Files, OpenFile } from '@provloom/shared'
import type { Random } from './random.ts'

/**
 * A disk in memory that can lose its power at any instant. As POSIX promises and no more:
 *
 * - Bytes are durable when the file was synced; of what was written since, any part may be there, and a page may be torn.
 * - Names (created, renamed, removed) are durable when their folder was synced; of the changes since, any may be there.
 *   Syncing a file does not make its name durable.
 * - A folder that was made is a name in its parent.
 */
export interface PowerLossDisk {
  readonly files: Files
  /** Called before, within and after every change, with what is being done. */
  onBoundary: (doing: string) => void
  /** The state of this instant, to be crashed later, any number of times. */
  freeze(): Frozen
}

/** How much of what was not synced survives. */
export type Survival =
  /** Nothing but what was synced. */
  | 'synced'
  /** All of it, still not synced: every process was killed, the machine lives. */
  | 'killed'
  /** Of each file a prefix, cut at any byte; of the names the first few changes. */
  | 'prefix'
  /** Any pages and any names, and the last page torn. */
  | 'pages'

export interface Frozen {
  /** The disk as it is found when the power is back. */
  crash(survival: Survival, random: Random): PowerLossDisk
}

const PAGE_BYTES = 64
const SECTOR_BYTES = 16
/** What one write takes of a longer piece, so that power is lost at many places within it. */
const WRITE_BYTES_MAX = 16
const nothing = Buffer.alloc(0)

interface Inode {
  /** Contents that a crash keeps. Buffers are never changed, only replaced. */
  durable: Buffer
  current: Buffer
}

type NameChange =
  | { readonly kind: 'set'; readonly name: string; readonly inode: Inode | 'folder' }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly name: string; readonly inode: Inode }

type Names = Map<string, Inode | 'folder'>

/** @param folders that are there, durable, with their parents before them */
export function powerLossDisk(folders: readonly string[]): PowerLossDisk {
  return new Disk(new Map(['/', ...folders].map((folder) => [folder, 'folder'])))
}

class Disk implements PowerLossDisk {
  readonly files: Files
  onBoundary: (doing: string) => void = () => {}
  readonly #durable: Names
  readonly #current: Names
  #pending: NameChange[]

  constructor(durable: Names, pending: readonly NameChange[] = []) {
    this.#durable = durable
    this.#current = new Map(durable)
    this.#pending = [...pending]
    for (const change of pending) applyChange(this.#current, change)
    this.files = {
      open: (file, mode) => this.#open(file, mode),
      read: (file) => this.#read(file),
      exists: (name) => this.#current.has(name),
      list: (folder) => this.#list(folder),
      makeFolder: (folder) => this.#makeFolder(folder),
      makeNewFolder: (folder) => this.#makeNewFolder(folder),
      rename: (from, to) => this.#rename(from, to),
      remove: (file) => this.#remove(file),
      removeFolder: async (folder) => this.#removeFolder(folder),
      syncFolder: (folder) => this.#syncFolder(folder),
    }
  }

  freeze(): Frozen {
    const durable = new Map(this.#durable)
    const pending = [...this.#pending]
    const contents = new Map<Inode, Inode>()
    for (const inode of inodesOf(durable, pending)) contents.set(inode, { ...inode })
    return {
      crash(survival, random) {
        if (survival === 'killed') return copyOf(durable, pending, contents)
        const names = new Map(durable)
        for (const change of survivors(pending, survival, random)) applyChange(names, change)
        const fresh = new Map<Inode, Inode>()
        const found: Names = new Map()
        for (const [name, inode] of [...names].sort(([a], [b]) => a.length - b.length)) {
          if (name !== '/' && found.get(path.dirname(name)) !== 'folder') continue
          found.set(name, inode === 'folder' ? inode : remade(inode, contents, fresh, survival, random))
        }
        return new Disk(found)
      },
    }
  }

  #change(doing: string, change: NameChange): void {
    this.onBoundary(`before ${doing}`)
    applyChange(this.#current, change)
    this.#pending.push(change)
    this.onBoundary(`after ${doing}`)
  }

  #open(file: string, mode: 'read' | 'append'): OpenFile {
    let inode = this.#current.get(file)
    if (inode === undefined) {
      if (mode === 'read' || this.#current.get(path.dirname(file)) !== 'folder') throw missing(file)
      inode = { durable: nothing, current: nothing }
      this.#change(`create ${file}`, { kind: 'set', name: file, inode })
    }
    if (inode === 'folder') throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' })
    return this.#opened(file, inode)
  }

  #opened(file: string, inode: Inode): OpenFile {
    const writeSync = (chunk: Uint8Array): void => {
      this.onBoundary(`before write ${file}`)
      const whole = Buffer.concat([inode.current, chunk])
      if (chunk.length > 1) {
        inode.current = whole.subarray(0, whole.length - Math.ceil(chunk.length / 2))
        this.onBoundary(`within write ${file}`)
      }
      inode.current = whole
      this.onBoundary(`after write ${file}`)
    }
    const readSync = (into: Uint8Array, position: number): number => {
      const got = inode.current.subarray(position, position + into.length)
      into.set(got)
      return got.length
    }
    return {
      writeSync,
      readSync,
      async write(chunks) {
        await Promise.resolve()
        // A system takes as much at once as it likes.
        for (const chunk of chunks) for (const piece of pieces(chunk)) writeSync(piece)
      },
      read: (into, position) => Promise.resolve(readSync(into, position)),
      sync: async () => {
        this.onBoundary(`before sync ${file}`)
        const synced = inode.current
        await Promise.resolve()
        inode.durable = synced
        this.onBoundary(`after sync ${file}`)
      },
      truncateSync: (length) => {
        this.onBoundary(`before truncate ${file}`)
        inode.current = inode.current.subarray(0, length)
        this.onBoundary(`after truncate ${file}`)
      },
      size: () => inode.current.length,
      isAt: (name) => this.#current.get(name) === inode,
      close: () => {},
    }
  }

  #read(file: string): Buffer {
    const inode = this.#current.get(file)
    if (inode === undefined || inode === 'folder') throw missing(file)
    return inode.current
  }

  #list(folder: string): string[] {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`
    return [...this.#current.keys()]
      .filter((name) => name.startsWith(prefix) && name !== '/' && !name.slice(prefix.length).includes('/'))
      .map((name) => name.slice(prefix.length))
      .sort()
  }

  #makeFolder(folder: string): void {
    if (this.#current.get(folder) === 'folder') return
    this.#makeFolder(path.dirname(folder))
    this.#change(`make ${folder}`, { kind: 'set', name: folder, inode: 'folder' })
  }

  #makeNewFolder(folder: string): boolean {
    if (this.#current.has(folder)) return false
    if (this.#current.get(path.dirname(folder)) !== 'folder') throw missing(folder)
    this.#change(`make ${folder}`, { kind: 'set', name: folder, inode: 'folder' })
    return true
  }

  #removeFolder(folder: string): void {
    for (const name of this.#list(folder)) this.#removeFolder(path.join(folder, name))
    this.#remove(folder)
  }

  #rename(from: string, to: string): void {
    const inode = this.#current.get(from)
    if (inode === undefined || inode === 'folder') throw missing(from)
    this.#change(`rename ${from}`, { kind: 'rename', from, name: to, inode })
  }

  #remove(file: string): void {
    if (this.#current.has(file)) this.#change(`remove ${file}`, { kind: 'remove', name: file })
  }

  async #syncFolder(folder: string): Promise<void> {
    this.onBoundary(`before sync folder ${folder}`)
    await Promise.resolve()
    const within = (change: NameChange): boolean => path.dirname(change.name) === folder
    for (const change of this.#pending.filter(within)) applyChange(this.#durable, change)
    this.#pending = this.#pending.filter((change) => !within(change))
    this.onBoundary(`after sync folder ${folder}`)
  }
}

/** The same disk with inodes of its own: power may still be lost. */
function copyOf(
  durable: Names,
  pending: readonly NameChange[],
  contents: ReadonlyMap<Inode, Inode>,
): PowerLossDisk {
  const copies = new Map([...contents].map(([inode, then]) => [inode, { ...then }]))
  const copied = (inode: Inode | 'folder'): Inode | 'folder' =>
    inode === 'folder' ? inode : copies.get(inode)!
  const names: Names = new Map([...durable].map(([name, inode]) => [name, copied(inode)]))
  const changes = pending.map((change): NameChange => {
    if (change.kind === 'remove' || change.inode === 'folder') return change
    return { ...change, inode: copies.get(change.inode)! }
  })
  return new Disk(names, changes)
}

function inodesOf(names: Names, pending: readonly NameChange[]): Set<Inode> {
  const inodes = new Set<Inode>()
  for (const inode of names.values()) if (inode !== 'folder') inodes.add(inode)
  for (const change of pending)
    if (change.kind !== 'remove' && change.inode !== 'folder') inodes.add(change.inode)
  return inodes
}

function applyChange(names: Names, change: NameChange): void {
  if (change.kind === 'remove') names.delete(change.name)
  else names.set(change.name, change.inode)
  if (change.kind === 'rename') names.delete(change.from)
}

function survivors(
  pending: readonly NameChange[],
  survival: Survival,
  random: Random,
): readonly NameChange[] {
  switch (survival) {
    case 'synced':
      return []
    case 'killed':
      return pending
    case 'prefix':
      return pending.slice(0, random.below(pending.length + 1))
    case 'pages':
      return pending.filter(() => random.chance(0.5))
  }
}

/** One inode of the found disk for one of the frozen, whatever its names. */
function remade(
  inode: Inode,
  contents: ReadonlyMap<Inode, Inode>,
  fresh: Map<Inode, Inode>,
  survival: Survival,
  random: Random,
): Inode {
  const known = fresh.get(inode)
  if (known !== undefined) return known
  const kept = keptBytes(contents.get(inode)!, survival, random)
  const made = { durable: kept, current: kept }
  fresh.set(inode, made)
  return made
}

function keptBytes({ durable, current }: Inode, survival: Survival, random: Random): Buffer {
  if (durable === current) return current
  if (survival === 'synced') return durable
  let same = 0
  while (same < Math.min(durable.length, current.length) && durable[same] === current[same]) same++
  if (survival === 'prefix') {
    // What was cut may be back; what was added may be there in part.
    return current.length > same
      ? current.subarray(0, same + random.below(current.length - same + 1))
      : durable.subarray(0, same + random.below(durable.length - same + 1))
  }
  const longer = Math.max(durable.length, current.length)
  const kept = Buffer.alloc(longer)
  durable.copy(kept)
  for (let at = 0; at < longer; at += PAGE_BYTES) {
    if (random.chance(0.5)) copyPage(current, kept, at, at + PAGE_BYTES)
  }
  const shortest = Math.min(durable.length, current.length)
  const length = random.chance(0.5) ? longer : shortest + random.below(longer - shortest + 1)
  const torn = Math.max(same, Math.floor((length - 1) / PAGE_BYTES) * PAGE_BYTES)
  for (let at = torn; at < length; at += SECTOR_BYTES) {
    if (random.chance(0.3)) copyPage(durable, kept, at, at + SECTOR_BYTES)
  }
  return kept.subarray(0, length)
}

function* pieces(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += WRITE_BYTES_MAX) yield chunk.subarray(at, at + WRITE_BYTES_MAX)
}

/** Puts what `from` has between two offsets into `into`; beyond its end there are zeros. */
function copyPage(from: Buffer, into: Buffer, start: number, end: number): void {
  into.fill(0, start, Math.min(end, into.length))
  if (start < from.length) from.copy(into, start, start, Math.min(end, from.length))
}

function missing(file: string): Error {
  return Object.assign(new Error(`ENOENT: ${file}`), { code: 'ENOENT' })
}
