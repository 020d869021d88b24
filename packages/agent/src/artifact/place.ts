import { createHash } from 'node:crypto'
import path from 'node:path'
import { endingOf, firstBytes, systemCode } from '@provloom/shared'

/** Bytes of a file's name, first as most file systems allow them, then as the tightest in use do. */
const nameBytesMax = [255, 140]

/**
 * The folders and the name of a copy, by the names the user gave.
 *
 * @returns undefined when they would lead out of the folder they are put in
 */
export function partsOf(subfolder: string | undefined, name: string): readonly string[] | undefined {
  const parts = [...(subfolder ?? '').split('/'), ...name.split('/')].filter(
    (part) => part !== '' && part !== '.',
  )
  const leads = parts.some((part) => part === '..' || part.includes('\0'))
  return parts.length === 0 || leads ? undefined : parts
}

/** The name of a copy: one without an ending has that of the file, so that people and programs know what is in it. */
export function copyName(name: string, file: string | undefined): string {
  return file === undefined || endingOf(name) !== '' ? name : name + endingOf(file)
}

/**
 * Tries names that are free, the wanted one first, then `name-2.ext`, `name-3.ext`, ...; longer ones than the file system
 * takes are shortened, with a hash of the whole.
 *
 * @param use undefined when something else has that name
 */
export function withFreeName<T>(wanted: string, use: (name: string) => Promise<T | undefined>): Promise<T> {
  return withName((n) => (n === 1 ? wanted : numbered(wanted, n)), use)
}

/** The same, with names that say what is in the file once the wanted one is another's: who has the same finds it. */
export function withNameByContent<T>(
  wanted: string,
  sha256: string,
  use: (name: string) => Promise<T | undefined>,
): Promise<T> {
  const names = namesByContent(wanted, sha256)
  return withName((n) => names[n - 1] ?? numbered(names.at(-1)!, n), use)
}

export function namesByContent(wanted: string, sha256: string): readonly string[] {
  const { name, ext } = path.parse(wanted)
  return [wanted, `${name}-${sha256.slice(0, 8)}${ext}`, `${name}-${sha256}${ext}`]
}

/** @param nameAt the first, the second, ... that is tried */
async function withName<T>(
  nameAt: (n: number) => string,
  use: (name: string) => Promise<T | undefined>,
): Promise<T> {
  for (let n = 1, length = 0; ;) {
    const most = nameBytesMax[length]
    if (most === undefined)
      throw new Error(`a name of ${Buffer.byteLength(nameAt(1))} bytes is too long here`)
    try {
      const used = await use(fitting(nameAt(n), most))
      if (used !== undefined) return used
      n++
    } catch (error) {
      if (systemCode(error) !== 'ENAMETOOLONG') throw error
      length++
    }
  }
}

function numbered(wanted: string, n: number): string {
  const { name, ext } = path.parse(wanted)
  return `${name}-${n}${ext}`
}

function fitting(name: string, most: number): string {
  if (Buffer.byteLength(name) <= most) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  const ending = path.extname(name)
  const end = `~${hash}${Buffer.byteLength(ending) <= 32 ? ending : ''}`
  return firstBytes(name, most - Buffer.byteLength(end)) + end
}
