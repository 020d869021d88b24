import fs from 'node:fs'

const CHUNK_BYTES = 16 * 1024
const chunk = Buffer.alloc(CHUNK_BYTES)

/**
 * Text of a file of /proc or /sys, or undefined where it cannot be read. With one buffer for all: such a file tells no
 * size, and `readFileSync` would allocate 64 KiB for each.
 */
export function textOf(file: string): string | undefined {
  return read(file, Infinity)
}

/** Its first line, whatever follows: /proc/stat goes on with a line for each core and interrupt. */
export function firstLineOf(file: string): string | undefined {
  return read(file, 1)?.split('\n', 1)[0]
}

function read(file: string, chunksMax: number): string | undefined {
  let fd: number | undefined
  try {
    fd = fs.openSync(file, 'r')
    let text = ''
    for (let i = 0; i < chunksMax; i++) {
      const got = fs.readSync(fd, chunk)
      if (got === 0) break
      text += chunk.toString('latin1', 0, got)
    }
    return text
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}
