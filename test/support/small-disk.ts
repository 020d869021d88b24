import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { named } from './needs.ts'

export const mayMount: boolean = process.platform === 'linux' && process.getuid?.() === 0 && canMount()

/** Tests that need a small disk: skipped by name where this process may not mount one. */
export function describeOnSmallDisk(title: string, tests: () => void): void {
  describe.skipIf(!mayMount)(named(title, mayMount, 'needs root, to mount a small tmpfs'), tests)
}

/** A disk of its own in memory, that can be filled, freed and made read-only. */
export interface SmallDisk {
  readonly root: string
  /** Takes all the room that is left, but for so many KiB. */
  fill(leaves?: number): void
  free(): void
}

export function smallDisk(kibibytes: number, readOnly = false): SmallDisk {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'small-disk-'))
  execFileSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${kibibytes}k${readOnly ? ',ro' : ''}`,
    'small-disk',
    root,
  ])
  onTestFinished(() => {
    execFileSync('umount', ['-l', root])
    // Whoever still writes may have made a folder in its place.
    removeFolder(root)
  })
  const ballast = path.join(root, 'ballast')
  return {
    root,
    fill(leaves = 0) {
      const descriptor = fs.openSync(ballast, 'w')
      try {
        for (const size of [65_536, 4_096, 1]) writeUntilFull(descriptor, Buffer.alloc(size))
        if (leaves > 0) fs.ftruncateSync(descriptor, fs.fstatSync(descriptor).size - leaves * 1024)
      } finally {
        fs.closeSync(descriptor)
      }
    },
    free: () => fs.rmSync(ballast, { force: true }),
  }
}

function writeUntilFull(descriptor: number, chunk: Buffer): void {
  try {
    while (fs.writeSync(descriptor, chunk) === chunk.length);
  } catch {
    // Full: that is what was wanted.
  }
}

function canMount(): boolean {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'small-disk', root], { stdio: 'ignore' })
    execFileSync('umount', [root], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    fs.rmdirSync(root)
  }
}
