import fs from 'node:fs'
import path from 'node:path'
import type { Mount } from './told.ts'

export interface FileSystem {
  readonly type: string
  /** Of all of it, whoever may use it. Beyond 2^53 it is rounded. */
  readonly bytes?: number
}

/** What a folder lies on; undefined when it is not there, or no mount is known that has it. */
export async function fileSystemOf(
  folder: string,
  mounts: readonly Mount[],
): Promise<FileSystem | undefined> {
  try {
    const real = await fs.promises.realpath(folder)
    const { blocks, bsize } = await fs.promises.statfs(real)
    const type = mountOf(real, mounts)?.type
    return type === undefined ? undefined : { type, ...(blocks > 0 ? { bytes: blocks * bsize } : {}) }
  } catch {
    return undefined
  }
}

/** The nearest above; of several at one place the last is seen. */
export function mountOf(folder: string, mounts: readonly Mount[]): Mount | undefined {
  const length = ({ folder }: Mount): number => folder.length
  return mounts
    .filter((one) => isBelow(folder, one.folder))
    .reduce<Mount | undefined>(
      (best, one) => (best === undefined || length(one) >= length(best) ? one : best),
      undefined,
    )
}

function isBelow(folder: string, above: string): boolean {
  const way = path.relative(above, folder)
  return !path.isAbsolute(way) && way !== '..' && !way.startsWith(`..${path.sep}`)
}

/** Mounts of a Linux system, in the order in which they were made. */
export function linuxMounts(file: string = '/proc/self/mountinfo'): readonly Mount[] | undefined {
  try {
    return mountsIn(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** The fifth field is where, the one after a lone dash what (proc_pid_mountinfo(5)); white space is written in octal. */
export function mountsIn(table: string): readonly Mount[] {
  return table.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const folder = before?.split(' ')[4]
    const type = after?.split(' ')[0]
    if (folder === undefined || type === undefined || type === '') return []
    return [{ folder: folder.replaceAll(/\\(\d{3})/g, (_, octal: string) => charOf(octal)), type }]
  })
}

function charOf(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8))
}
