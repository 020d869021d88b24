import { once } from 'node:events'
import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { modeFor } from '../access.ts'
import type { Access } from '../access.ts'
import { zipMark } from './mark.ts'
import { isTaken, link } from './link.ts'
import { mustBeOurs, refused } from './place.ts'
import type { Place } from './place.ts'
import type { Source, Target } from './target.ts'

/**
 * A crate as one zip: written beside, and given its name when it is whole. Contents go through in pieces; what is larger than
 * 4 GiB, or lies behind it, is written as ZIP64 has it.
 */
export function zipTarget(place: Place, least: Access): Target {
  const { beside } = place
  const opened = fs.openSync(beside, 'wx', (least.mode & 0o666) | 0o600)
  const { gid } = fs.fstatSync(opened)
  /** Nobody may read the zip who may not read something in it. */
  const narrow = (access: Access): void => {
    const { mode } = fs.fstatSync(opened)
    const narrower = mode & (modeFor(gid, access) | 0o600) & 0o777
    if (narrower !== (mode & 0o777)) fs.fchmodSync(opened, narrower)
  }
  narrow(least)
  const zip = new ZipFile()
  const stopped = new AbortController()
  const { signal } = stopped
  const written = pipeline(zip.outputStream, fs.createWriteStream(beside, { fd: opened, flush: true }), {
    signal,
  })
  const failed = once(zip, 'error', { signal }).then(([error]: unknown[]) => Promise.reject(error))
  // Who waits for them is told; until then nobody may.
  for (const outcome of [written, failed]) outcome.catch(() => {})
  return {
    refusal: (name) => (name.includes('\\') ? 'names in a zip have no backslash' : undefined),
    async addFolder(name, { mode }) {
      zip.addEmptyDirectory(name, { mode: 0o040_700 | mode })
    },
    async addFile(name, { content, mtime, access, packs }: Source) {
      // Its mode may have changed since the run directory was looked through.
      narrow(access)
      const read = once(content, 'end')
      zip.addReadStream(content, name, { mtime, compress: packs, mode: 0o100_000 | access.mode })
      await Promise.race([read, written, failed])
    },
    async finish() {
      zip.end({ comment: zipMark, forceZip64Format: false })
      await Promise.race([written, failed])
      stopped.abort()
      put(place)
    },
    async abandon() {
      stopped.abort()
      await Promise.allSettled([written])
      await fs.promises.rm(beside, { force: true })
    },
  }
}

/** Gives it its name: without force only where nothing has it, in one step. */
function put({ given, target, beside, force }: Place): void {
  try {
    if (force) {
      if (fs.existsSync(target)) mustBeOurs(given, target, 'zip')
      fs.renameSync(beside, target)
    } else link(beside, target)
  } catch (error) {
    throw isTaken(error) ? refused(given, 'something is there by now', 'Export it again.', error) : error
  }
}
