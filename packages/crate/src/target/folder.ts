import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { mustBeOurs } from './place.ts'
import type { Place } from './place.ts'
import { modeFor } from '../access.ts'
import type { Access } from '../access.ts'
import type { Source, Target } from './target.ts'

/** A crate as a folder: made beside, and given its name when it is whole. */
export function folderTarget(place: Place, root: Access): Target {
  const { beside } = place
  fs.rmSync(beside, { recursive: true, force: true })
  fs.mkdirSync(beside, { mode: root.mode | 0o700 })
  const { gid } = fs.lstatSync(beside)
  if (gid !== root.gid) fs.chmodSync(beside, fs.lstatSync(beside).mode & 0o707)
  return {
    refusal: () => undefined,
    addFolder: (name, access) =>
      fs.promises.mkdir(path.join(beside, name), { mode: modeFor(gid, access) | 0o700 }),
    async addFile(name, { content, mtime, access }: Source) {
      const file = path.join(beside, name)
      await pipeline(content, fs.createWriteStream(file, { flags: 'wx', mode: modeFor(gid, access) }))
      await fs.promises.utimes(file, mtime, mtime)
    },
    async finish() {
      await replaceFolder(place)
    },
    abandon: () => fs.promises.rm(beside, { recursive: true, force: true }),
  }
}

/**
 * An empty folder is replaced by the rename itself; a crate of ours is moved aside, looked at once more, as somebody may have
 * put something into it meanwhile, and removed when the new one is in its place.
 */
async function replaceFolder({ given, target, beside }: Place): Promise<void> {
  const aside = `${beside}.former`
  const isFull = fs.existsSync(target) && fs.readdirSync(target).length > 0
  if (isFull) fs.renameSync(target, aside)
  try {
    if (isFull) mustBeOurs(given, aside, 'folder')
    fs.renameSync(beside, target)
  } catch (error) {
    if (isFull) fs.renameSync(aside, target)
    throw error
  }
  if (isFull) await fs.promises.rm(aside, { recursive: true, force: true })
}
