import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { modeFor } from '../access.ts'
import type { Access } from '../access.ts'
import { isTaken } from './link.ts'
import { mustBeOurs, refused } from './place.ts'
import type { Place } from './place.ts'
import { formerName } from './staging.ts'
import type { Source, Target } from './target.ts'

/** A crate as a folder: made beside, and given its name when it is whole. */
export function folderTarget(place: Place, root: Access): Target {
  const { beside } = place
  fs.mkdirSync(beside, { mode: root.mode | 0o700 })
  const { gid, mode } = fs.lstatSync(beside)
  if (gid !== root.gid) fs.chmodSync(beside, mode & 0o707)
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
      const former = place.force ? movedAside(place) : undefined
      try {
        // Of what is there by now an empty folder alone gives way (rename(2)).
        fs.renameSync(beside, place.target)
      } catch (error) {
        if (former !== undefined) await giveBack(former, place)
        throw isTaken(error)
          ? refused(place.given, 'something is there by now', 'Export it again.', error)
          : error
      }
      if (former !== undefined) await fs.promises.rm(former, { recursive: true, force: true })
    },
    abandon: () => fs.promises.rm(beside, { recursive: true, force: true }),
  }
}

/**
 * Moves away a crate that is to be replaced, and looks at it once more there: somebody may have put something into it meanwhile.
 *
 * @returns where it is now; undefined where nothing is to be moved
 */
function movedAside({ given, target, beside }: Place): string | undefined {
  if (!fs.existsSync(target) || fs.readdirSync(target).length === 0) return undefined
  const former = formerName(beside)
  fs.renameSync(target, former)
  try {
    mustBeOurs(given, former, 'folder')
  } catch (error) {
    fs.renameSync(former, target)
    throw error
  }
  return former
}

/** Another export may have been quicker: the former crate was to be replaced by it as well. */
async function giveBack(former: string, { target }: Place): Promise<void> {
  try {
    fs.renameSync(former, target)
  } catch (error) {
    if (!isTaken(error)) throw error
    await fs.promises.rm(former, { recursive: true, force: true })
  }
}
