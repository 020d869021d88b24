import path from 'node:path'
import { partName } from '@provloom/rundir/internal'
import type { Files } from '@provloom/shared'

/**
 * The curve files of a run's parts. They are caches: not synced, not in the journal, each says itself whether it is whole
 * and of which part, and where one cannot be written there is none. Nothing here throws.
 */
export class CurveFolder {
  readonly #files: Files
  readonly #folder: string

  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** Writes the curves of a part that is being staged, under the name that it is staged by. */
  async stage(staged: string, curves: Uint8Array | undefined): Promise<void> {
    this.#removeStaged()
    if (curves === undefined) return
    const name = path.join(this.#folder, staged)
    try {
      this.#files.makeFolder(this.#folder, 'umask')
      const file = this.#files.open(name, 'append', 'umask')
      try {
        await file.write([curves])
      } finally {
        file.close()
      }
    } catch {
      this.#quietly(() => this.#files.remove(name))
    }
  }

  /** The part is there: so are its curves, where they could be written. */
  publish(staged: string, first: number): void {
    const name = path.join(this.#folder, staged)
    this.#quietly(() => {
      if (this.#files.exists(name)) this.#files.rename(name, path.join(this.#folder, partName(first)))
    })
  }

  #removeStaged(): void {
    this.#quietly(() => {
      for (const name of this.#files.list(this.#folder))
        if (name.endsWith('.new')) this.#files.remove(path.join(this.#folder, name))
    })
  }

  #quietly(work: () => void): void {
    try {
      work()
    } catch {
      // What is not there is made again by who asks for it.
    }
  }
}
