import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { mustBeOurs } from './place.ts'
import type { Place } from './place.ts'
import type { Source, Target } from './target.ts'

/** A crate as a folder: made beside, and given its name when it is whole. */
export function folderTarget(place: Place): Target {
  const { beside } = place
  fs.rmSync(beside, { recursive: true, force: true })
  fs.mkdirSync(beside)
  return {
    refusal: () => undefined,
    addFolder: (name) => fs.promises.mkdir(path.join(beside, name)),
    async addFile(name, { content, mtime }: Source) {
      const file = path.join(beside, name)
      await pipeline(content, fs.createWriteStream(file, { flags: 'wx' }))
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
