/** Which file. */
export type LineageQuery =
  /** 8 hexadecimal digits or more: the first ones. */
  | { readonly sha256: string }
  /** It is hashed. */
  | { readonly file: string }

export interface LineageAnswer {
  readonly sha256: string
  /** Of the file that was hashed. */
  readonly file?: string
  /** Bytes. */
  readonly size?: number
  /** Runs that were looked through. */
  readonly runs: number
  /** Where it was made or used, the maker first. Empty: no run of the folder knows these bytes. */
  readonly found: readonly LineageFound[]
  /** What it was made from, nearest first, over all runs. */
  readonly up: readonly LineageStep[]
  /** What was made from it. */
  readonly down: readonly LineageStep[]
}

export interface LineageFound {
  readonly run: string
  /** Id in that run's graph; absent where its graph cannot be read. */
  readonly element?: string
  readonly name: string
  /** `made`, `used`, or `copy` for a copy that is kept. */
  readonly role: 'made' | 'used' | 'copy'
  readonly path?: string
  readonly size?: number
  readonly rank?: number
  readonly step?: number
  readonly model?: string
  readonly version?: number
  /** When, ISO 8601. */
  readonly time?: string
}

export interface LineageStep {
  readonly run: string
  readonly element: string
  readonly kind: 'entity' | 'activity' | 'agent'
  /** What it is for a person: a line of the answer. */
  readonly what: 'version' | 'data' | 'file' | 'code' | 'parameter' | 'environment' | 'run' | 'who' | 'model'
  readonly label: string
  /** Facts that are said of it, such as size, sha256, step, value. */
  readonly facts: Readonly<Record<string, string | number | boolean>>
  /** How many relations away. */
  readonly distance: number
  /** What keeps it from being proved: no checksum, changes that are not kept. */
  readonly caveat?: string
}
