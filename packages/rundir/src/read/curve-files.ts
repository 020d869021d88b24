import type { Part } from '../entry/entry.ts'
import { CurveFile } from './curve-file.ts'

/** Bytes of curve files that one reader keeps at hand. */
const keptBytesMax: number = 64 * 1024 * 1024

/** The curve files of a run, as a reader asks for them again and again: each is for a part that never changes. */
export class CurveFiles {
  readonly #runDir: string
  readonly #kept = new Map<string, CurveFile>()
  #bytes = 0

  constructor(runDir: string) {
    this.#runDir = runDir
  }

  /** Undefined where there are none that can be used; then it is looked for again the next time. */
  ofPart(part: Part): Promise<CurveFile | undefined> {
    return this.#get(part.sha256, () => CurveFile.ofPart(this.#runDir, part))
  }

  /** Of a run that has ended, as above. */
  ofAll(parts: readonly Part[]): Promise<CurveFile | undefined> {
    const id = parts.map(({ sha256 }) => sha256).join(' ')
    return this.#get(`all ${id}`, () => CurveFile.ofAll(this.#runDir, parts))
  }

  async #get(id: string, open: () => Promise<CurveFile | undefined>): Promise<CurveFile | undefined> {
    const known = this.#kept.get(id)
    this.#kept.delete(id)
    const file = known ?? (await open())
    if (file === undefined) return undefined
    // The last one asked for stays longest.
    this.#kept.set(id, file)
    if (known === undefined) this.#bytes += file.bytes
    for (const [oldest, one] of this.#kept) {
      if (this.#bytes <= keptBytesMax) break
      this.#kept.delete(oldest)
      this.#bytes -= one.bytes
    }
    return file
  }
}
