import fs from 'node:fs'

/** What a file said when it was read last: it is read again only when it is another one, by inode, size and time. */
export class LastRead<T> {
  readonly #file: string
  readonly #read: () => T
  #kept: { readonly look: string; readonly content: T } | undefined

  constructor(file: string, read: () => T) {
    this.#file = file
    this.#read = read
  }

  /** @throws the system's error, and what reading it throws */
  now(): T {
    const look = lookAt(this.#file)
    if (look !== undefined && look === this.#kept?.look) return this.#kept.content
    const content = this.#read()
    // What replaced it meanwhile was read under the look of the one before, and is read again.
    this.#kept = look === undefined ? undefined : { look, content }
    return content
  }
}

/** Undefined where there is none. */
function lookAt(file: string): string | undefined {
  const found = fs.statSync(file, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`
}
