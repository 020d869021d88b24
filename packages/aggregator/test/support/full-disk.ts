import { systemFiles } from '@provloom/shared'
import type { Files, OpenFile } from '@provloom/shared'

/** Real files on a disk that can be told to be full. */
export class FullDisk implements Files {
  readonly #files = systemFiles()
  full = false
  refused = 0

  open(file: string, mode: 'read' | 'append'): OpenFile {
    const open = this.#files.open(file, mode)
    return {
      ...open,
      write: async (chunks) => {
        this.#check()
        return open.write(chunks)
      },
      writeSync: (chunk) => {
        this.#check()
        open.writeSync(chunk)
      },
    }
  }

  list(folder: string): string[] {
    return this.#files.list(folder)
  }

  makeFolder(folder: string): void {
    this.#files.makeFolder(folder)
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

  #check(): void {
    if (!this.full) return
    this.refused++
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
}
