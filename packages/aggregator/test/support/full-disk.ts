import type { Access, OpenFile } from '@provloom/shared'
import { Disk } from './disk.ts'

/** A disk that can be told to be full. */
export class FullDisk extends Disk {
  full = false
  /** For some files only, while it has room for others. */
  fullFor: (file: string) => boolean = () => false
  refused = 0

  override open(file: string, mode: 'read' | 'append', access?: Access): OpenFile {
    const open = this.real.open(file, mode, access)
    return {
      ...open,
      write: async (chunks) => {
        this.#check(file)
        return open.write(chunks)
      },
      writeSync: (chunk) => {
        this.#check(file)
        open.writeSync(chunk)
      },
    }
  }

  #check(file: string): void {
    if (!this.full && !this.fullFor(file)) return
    this.refused++
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
}
