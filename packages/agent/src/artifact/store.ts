import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Size and checksum of a file or a folder. */
export interface Digest {
  readonly size: number
  readonly sha256: string
}

/** SHA-256 and size of a file, streamed. */
export async function digestFile(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  let size = 0
  for await (const bytes of fs.createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(bytes)) continue
    hash.update(bytes)
    size += bytes.length
  }
  return { size, sha256: hash.digest('hex') }
}

/**
 * A folder's: sizes added, and SHA-256 over one line per file, `<sha256>  <relative path>\n`, sorted by path, as
 * `sha256sum` prints them. Links are not followed.
 */
export async function digestFolder(folder: string): Promise<Digest> {
  const hash = createHash('sha256')
  let size = 0
  for (const name of filesBelow(folder)) {
    const one = await digestFile(path.join(folder, name))
    hash.update(`${one.sha256}  ${name}\n`)
    size += one.size
  }
  return { size, sha256: hash.digest('hex') }
}

export async function digest(target: string): Promise<Digest> {
  return fs.statSync(target).isDirectory() ? digestFolder(target) : digestFile(target)
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort((a, b) => (a < b ? -1 : 1))
}

/**
 * The place of a copy below `folder`, by the names the user gave.
 *
 * @returns undefined when they would lead out of it
 */
export function placeBelow(folder: string, subfolder: string | undefined, name: string): string | undefined {
  const parts = [...(subfolder ?? '').split('/'), ...name.split('/')].filter(
    (part) => part !== '' && part !== '.',
  )
  if (parts.length === 0 || parts.some((part) => part === '..' || part.includes('\0'))) return undefined
  const place = path.join(folder, ...parts)
  return place.startsWith(folder + path.sep) ? place : undefined
}

/**
 * Copies a file or folder to `place`, below `root`, or beside it as `name-2.ext`, `name-3.ext`, ... when something else is there:
 * nothing is overwritten. What is there with the same content is the copy.
 *
 * @returns where it is
 */
export async function storeCopy(
  source: string,
  root: string,
  place: string,
  wanted: Digest,
): Promise<string> {
  refuseLinks(root, place)
  fs.mkdirSync(path.dirname(place), { recursive: true })
  const beside = `${place}.${process.pid}.tmp`
  // Whatever somebody left under this name is not written through.
  fs.rmSync(beside, { recursive: true, force: true })
  try {
    await copyTo(source, beside)
    for (let n = 1; ; n++) {
      const target = n === 1 ? place : numbered(place, n)
      if (fs.existsSync(target)) {
        if ((await digest(target)).sha256 === wanted.sha256) return target
        continue
      }
      fs.renameSync(beside, target)
      return target
    }
  } finally {
    fs.rmSync(beside, { recursive: true, force: true })
  }
}

async function copyTo(source: string, target: string): Promise<void> {
  if (fs.statSync(source).isDirectory()) {
    // Links are not taken along, as they are not hashed: they could lead anywhere.
    const filter = (from: string): boolean => !fs.lstatSync(from).isSymbolicLink()
    await fs.promises.cp(source, target, { recursive: true, filter })
    return
  }
  await pipeline(fs.createReadStream(source), fs.createWriteStream(target, { flags: 'wx' }))
  const written = await fs.promises.open(target, 'r')
  try {
    await written.datasync()
  } finally {
    await written.close()
  }
}

/** A link among the folders that are there already, `root` itself among them, could lead out of it. */
function refuseLinks(root: string, place: string): void {
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    const found = fs.lstatSync(folder, { throwIfNoEntry: false })
    if (found?.isSymbolicLink() === true) throw new Error(`${folder} is a link`)
    if (folder === root || folder === path.dirname(folder)) return
  }
}

function numbered(place: string, n: number): string {
  const { dir, name, ext } = path.parse(place)
  return path.join(dir, `${name}-${n}${ext}`)
}
