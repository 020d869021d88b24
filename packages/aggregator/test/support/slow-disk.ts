import { systemFiles } from '@provloom/shared'
import type { Access, Files, OpenFile } from '@provloom/shared'

/** Real files; syncs of the journal take as long as the test wants, or fail. */
export class SlowDisk implements Files {
  readonly #files = systemFiles()
  /** Each sync of a journal's segment waits for this first. */
  beforeSync: () => Promise<void> = () => Promise.resolve()
  /** Syncs of segments so far. */
  syncs = 0

  open(file: string, mode: 'read' | 'append', access?: Access): OpenFile {
    const open = this.#files.open(file, mode, access)
    if (!file.endsWith('.seg')) return open
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
