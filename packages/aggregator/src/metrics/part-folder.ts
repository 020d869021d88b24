import path from 'node:path'
import { partName } from '@provloom/rundir/internal'
import type { Part } from '@provloom/rundir/entry'
import type { Files } from '@provloom/shared'
import { CurveFolder } from './curve-folder.ts'
import type { EncodedPart } from './encode-rows.ts'

/**
 * The Parquet files of a run. A part is first staged: written and synced as `.part-<first>-<through>.new`, which no
 * reader takes for a part. When the journal has named it, it is published: renamed to `part-<first>.parquet`, in one
 * step over the smaller part that it replaces. So a reader of the folder sees every row once, a crash between the two
 * leaves a staged file that the replay publishes, and no part is ever removed.
 */
export class PartFolder {
  readonly #files: Files
  readonly #folder: string
  readonly #curves: CurveFolder
  readonly #unpublished = new Set<number>()

  /** @param curves where their curves are kept */
  constructor(files: Files, folder: string, curves: string) {
    this.#files = files
    this.#folder = folder
    this.#curves = new CurveFolder(files, curves)
  }

  /** @throws the system's error; nothing is then staged */
  async stage(first: number, through: number, rows: number, encoded: EncodedPart): Promise<Part> {
    const { bytes, sha256 } = encoded
    this.#files.makeFolder(this.#folder, 'umask')
    const staged = path.join(this.#folder, stagedName(first, through))
    this.#removeStaged()
    try {
      const file = this.#files.open(staged, 'append', 'umask')
      try {
        await file.write([bytes])
        await file.sync()
      } finally {
        file.close()
      }
    } catch (error) {
      this.#files.remove(staged)
      throw error
    }
    await this.#files.syncFolder(this.#folder)
    await this.#curves.stage(stagedName(first, through), encoded.curves)
    const name = path.posix.join(path.basename(this.#folder), partName(first))
    return { file: name, rows, bytes: bytes.length, sha256 }
  }

  /**
   * Publishes the part that was staged up to `through`, if there is one. A file system that refuses is asked again at
   * the next call; the rows are in the staged file until then.
   */
  publish(through: number): void {
    this.#unpublished.add(through)
    for (const name of this.#files.list(this.#folder)) {
      const staged = stagedOf(name)
      if (staged === undefined || !this.#unpublished.has(staged.through)) continue
      try {
        this.#files.rename(path.join(this.#folder, name), path.join(this.#folder, partName(staged.first)))
      } catch {
        return
      }
      this.#curves.publish(name, staged.first)
    }
    this.#unpublished.clear()
  }

  /** What was staged and never named by the journal: its rows are staged again. */
  #removeStaged(): void {
    for (const name of this.#files.list(this.#folder)) {
      const staged = stagedOf(name)
      if (staged !== undefined && !this.#unpublished.has(staged.through))
        this.#files.remove(path.join(this.#folder, name))
    }
  }
}

function stagedName(first: number, through: number): string {
  return `.part-${first}-${through}.new`
}

function stagedOf(name: string): { first: number; through: number } | undefined {
  const match = /^\.part-(\d+)-(\d+)\.new$/.exec(name)
  return match === null ? undefined : { first: Number(match[1]), through: Number(match[2]) }
}
