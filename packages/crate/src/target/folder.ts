import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Place } from './place.ts'
import type { Source, Target } from './target.ts'

/** A crate as a folder: made beside, and given its name when it is whole. */
export function folderTarget({ target, beside }: Place): Target {
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
      await replaceFolder(beside, target)
    },
    abandon: () => fs.promises.rm(beside, { recursive: true, force: true }),
  }
}

/** An empty folder is replaced by the rename itself; one that holds a crate is moved aside first, and then removed. */
async function replaceFolder(beside: string, target: string): Promise<void> {
  const aside = `${beside}.former`
  const isFull = fs.existsSync(target) && fs.readdirSync(target).length > 0
  if (isFull) fs.renameSync(target, aside)
  try {
    fs.renameSync(beside, target)
  } catch (error) {
    if (isFull) fs.renameSync(aside, target)
    throw error
  }
  if (isFull) await fs.promises.rm(aside, { recursive: true, force: true })
}
