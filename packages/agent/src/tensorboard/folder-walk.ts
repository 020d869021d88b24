import fs from 'node:fs'
import path from 'node:path'
import { isEventFile } from './file-name.ts'

/** A folder's change in the same tick of its clock as the look is not seen in its time. */
const grainMs = 2_000

/** The event files below a folder, as they appear: each folder is listed when it has changed. Links are not followed. */
export class FolderWalk {
  readonly #root: string
  readonly #most: number
  readonly #changed = new Map<string, number>()
  readonly #seen = new Set<string>()
  /** There are more folders than are looked through. */
  isFull = false

  /** @param most folders that are looked through */
  constructor(root: string, most: number) {
    this.#root = root
    this.#most = most
    this.#changed.set(root, Number.NaN)
  }

  /** @returns files that were not there at the last look, in the order of their paths */
  look(): string[] {
    const found: string[] = []
    for (const folder of this.#changed.keys()) {
      const mtimeMs = fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs
      if (mtimeMs === undefined) {
        // It may come, or come again; what was below it is found anew then.
        if (folder !== this.#root) this.#changed.delete(folder)
        continue
      }
      if (mtimeMs === this.#changed.get(folder)) continue
      this.#changed.set(folder, Date.now() - mtimeMs < grainMs ? Number.NaN : mtimeMs)
      this.#list(folder, found)
    }
    return found.sort()
  }

  #list(folder: string, found: string[]): void {
    for (const one of entriesIn(folder)) {
      const whole = path.join(folder, one.name)
      if (one.isDirectory()) {
        if (this.#changed.has(whole)) continue
        if (this.#changed.size >= this.#most) this.isFull = true
        else this.#changed.set(whole, Number.NaN)
      } else if (one.isFile() && isEventFile(one.name) && !this.#seen.has(whole)) {
        this.#seen.add(whole)
        found.push(whole)
      }
    }
  }
}

function entriesIn(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
