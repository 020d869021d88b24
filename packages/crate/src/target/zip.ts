import { once } from 'node:events'
import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { zipMark } from './mark.ts'
import type { Place } from './place.ts'
import type { Source, Target } from './target.ts'

/**
 * A crate as one zip: written beside, and given its name when it is whole. Contents go through in pieces; what is larger than
 * 4 GiB, or lies behind it, is written as ZIP64 has it.
 */
export function zipTarget({ target, beside }: Place): Target {
  const zip = new ZipFile()
  const stopped = new AbortController()
  const { signal } = stopped
  const written = pipeline(zip.outputStream, fs.createWriteStream(beside, { flush: true }), { signal })
  const failed = once(zip, 'error', { signal }).then(([error]: unknown[]) => Promise.reject(error))
  // Who waits for them is told; until then nobody may.
  for (const outcome of [written, failed]) outcome.catch(() => {})
  return {
    refusal: (name) => (name.includes('\\') ? 'names in a zip have no backslash' : undefined),
    async addFolder(name) {
      zip.addEmptyDirectory(name)
    },
    async addFile(name, { content, mtime, packs }: Source) {
      const read = once(content, 'end')
      zip.addReadStream(content, name, { mtime, compress: packs, mode: 0o100644 })
      await Promise.race([read, written, failed])
    },
    async finish() {
      zip.end({ comment: zipMark, forceZip64Format: false })
      await Promise.race([written, failed])
      stopped.abort()
      fs.renameSync(beside, target)
    },
    async abandon() {
      stopped.abort()
      await Promise.allSettled([written])
      await fs.promises.rm(beside, { force: true })
    },
  }
}
