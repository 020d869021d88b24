import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { Readable, Transform, pipeline } from 'node:stream'
import { accessOf } from './access.ts'
import type { Access } from './access.ts'

export interface OpenSource {
  readonly access: Access
  readonly mtime: Date
  readonly content: Readable
  /** Of what was read, once it was read to its end. */
  digest(): Digest
}

export interface Digest {
  readonly size: number
  readonly sha256: string
}

/**
 * Opens a file of a run directory, of which as much is read as it holds now: a log may grow meanwhile. A link that took its
 * place since it was listed is not followed.
 *
 * @throws the system's error
 */
export async function openSource(file: string): Promise<OpenSource> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  const handle = await fs.promises.open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  const stats = await handle.stat()
  if (stats.isFile() && stats.size > 0)
    return hashed(handle.createReadStream({ end: stats.size - 1 }), stats.mtime, accessOf(stats))
  await handle.close()
  if (!stats.isFile()) throw new Error('it is no file')
  return hashed(Readable.from([]), stats.mtime, accessOf(stats))
}

/** Bytes that are known already. */
export function bytesSource(bytes: Uint8Array, mtime: Date, access: Access): OpenSource {
  return hashed(Readable.from([bytes]), mtime, access)
}

/** Text in pieces. */
export function textSource(pieces: Iterable<string>, mtime: Date, access: Access): OpenSource {
  return hashed(Readable.from(chunked(pieces)), mtime, access)
}

function* chunked(pieces: Iterable<string>): Generator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece, 'utf8')
}

function hashed(bytes: Readable, mtime: Date, access: Access): OpenSource {
  const hash = createHash('sha256')
  let size = 0
  const content = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
  })
  // What goes wrong is told by `content`, to whom reads it.
  pipeline(bytes, content, () => {})
  return { access, mtime, content, digest: () => ({ size, sha256: hash.digest('hex') }) }
}
