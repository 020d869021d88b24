import type { Access, OpenFile } from '@provloom/shared'
import { Disk } from './disk.ts'

/** Syncs of some files, the journal's by default, take as long as the test wants, or fail. */
export class SlowDisk extends Disk {
  readonly #suffix: string
  /** Each sync of a file with the suffix waits for this first. */
  beforeSync: () => Promise<void> = () => Promise.resolve()
  /** Such syncs so far. */
  syncs = 0

  constructor(suffix = '.seg') {
    super()
    this.#suffix = suffix
  }

  override open(file: string, mode: 'read' | 'append', access?: Access): OpenFile {
    const open = this.real.open(file, mode, access)
    if (!file.endsWith(this.#suffix)) return open
    return {
      ...open,
      sync: async () => {
        this.syncs++
        await this.beforeSync()
        await open.sync()
      },
    }
  }
}
