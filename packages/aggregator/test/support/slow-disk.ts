import { systemFiles } from '@provloom/shared'
import type { Access, Files, OpenFile } from '@provloom/shared'

/** Real files; syncs of some of them, the journal's by default, take as long as the test wants, or fail. */
export class SlowDisk implements Files {
  readonly #files = systemFiles()
  readonly #suffix: string
  /** Each sync of a file with the suffix waits for this first. */
  beforeSync: () => Promise<void> = () => Promise.resolve()
  /** Such syncs so far. */
  syncs = 0

  constructor(suffix = '.seg') {
    this.#suffix = suffix
  }

  open(file: string, mode: 'read' | 'append', access?: Access): OpenFile {
    const open = this.#files.open(file, mode, access)
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

  list(folder: string): string[] {
    return this.#files.list(folder)
  }

  makeFolder(folder: string, access?: Access): void {
    this.#files.makeFolder(folder, access)
  }

  rename(from: string, to: string): void {
    this.#files.rename(from, to)
  }

  remove(file: string): void {
    this.#files.remove(file)
  }

  syncFolder(folder: string): Promise<void> {
    return this.#files.syncFolder(folder)
  }
}
