import fs from 'node:fs'
import path from 'node:path'
import type { Mount } from './told.ts'

export interface FileSystem {
  readonly type?: string
  /** Of all of it, whoever may use it. Beyond 2^53 it is rounded. */
  readonly bytes?: number
}

/**
 * What file systems call themselves in statfs(2), those that training data lies on. For a folder that no mount is known
 * of: the table of a chroot has none of what the chroot itself lies on.
 */
const magic: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext2/3/4'],
  [0x5846_5342, 'xfs'],
  [0x9123_683e, 'btrfs'],
  [0x2fc1_2fc1, 'zfs'],
  [0x794c_7630, 'overlay'],
  [0x0102_1994, 'tmpfs'],
  [0x6969, 'nfs'],
  [0xff53_4d42, 'cifs'],
  [0x0bd0_0bd0, 'lustre'],
  [0x4750_4653, 'gpfs'],
  [0x1983_0326, 'beegfs'],
  [0x00c3_6400, 'ceph'],
  [0x6573_5546, 'fuse'],
  [0x9fa0, 'proc'],
])

/** What a folder lies on; undefined when it is not there. */
export async function fileSystemOf(
  folder: string,
  mounts: readonly Mount[],
): Promise<FileSystem | undefined> {
  try {
    const real = await fs.promises.realpath(folder)
    const { blocks, bsize, type: number } = await fs.promises.statfs(real)
    const type = mountOf(real, mounts)?.type ?? magic.get(number)
    return { ...(type === undefined ? {} : { type }), ...(blocks > 0 ? { bytes: blocks * bsize } : {}) }
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
