import fs from 'node:fs'
import path from 'node:path'

/**
 * Files that a document names. Its paths are relative to where the training worked, which nobody wrote down: what it calls
 * the folder of its run is the folder that the document lies in.
 */
export class Places {
  readonly #folder: string
  readonly #runFolder: string

  /** @param runFolder what the document calls the folder that it lies in */
  constructor(file: string, runFolder: string | undefined) {
    this.#folder = path.dirname(path.resolve(file))
    this.#runFolder = path.normalize(runFolder ?? '.')
  }

  /** @returns undefined where there is no such file */
  find(named: string): string | undefined {
    const whole = path.normalize(named)
    const below = path.relative(this.#runFolder, whole)
    const isInside = !below.startsWith('..') && !path.isAbsolute(below)
    const last = /(?:metrics|artifacts)_GR\w+\/.*$/.exec(whole)?.[0]
    const tries = [
      isInside ? path.join(this.#folder, below) : undefined,
      last === undefined ? undefined : path.join(this.#folder, last),
      path.resolve(this.#base(), whole),
      path.isAbsolute(whole) ? whole : undefined,
    ]
    return tries.find((one) => one !== undefined && fs.existsSync(one))
  }

  /** Where the training worked, as far as the end of the document's own path says it. */
  #base(): string {
    return this.#folder.endsWith(`${path.sep}${this.#runFolder}`)
      ? this.#folder.slice(0, -this.#runFolder.length)
      : this.#folder
  }
}
