import type { Access } from '../access.ts'
import type { Readable } from 'node:stream'

/** A file's content on its way into a crate. */
export interface Source {
  readonly content: Readable
  readonly mtime: Date
  /** Who may read what it is of: nobody else may read it in the crate. */
  readonly access: Access
  /** Deflating it is worth the time. */
  readonly packs: boolean
}

/** Where a crate is written. Nothing is there under its name until `finish` has put all of it there. */
export interface Target {
  /** Why it has no place for a file of this name; undefined where it has. */
  refusal(path: string): string | undefined
  addFolder(path: string, access: Access): Promise<void>
  /** Resolves when it is read to its end. @throws the system's error */
  addFile(path: string, source: Source): Promise<void>
  /** The crate is there now, whole. */
  finish(): Promise<void>
  /** What was written is gone. */
  abandon(): Promise<void>
}
