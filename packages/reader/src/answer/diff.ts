/** Of 2 to 8 runs, in the order in which they were named. */
export interface DiffAnswer {
  readonly runs: readonly { readonly run: string; readonly status: string; readonly startTime: string }[]
  readonly params: readonly DiffRow[]
  /** Parameters and metrics that some of the runs have beyond those that their records name: nothing is said of them. */
  readonly notCompared: { readonly params: number; readonly metrics: number }
  /** Of each metric that users log `NAME, best` and `NAME, last`. */
  readonly metrics: readonly DiffRow[]
  /** Data and files by name: equal where checksums are. */
  readonly inputs: readonly DiffRow[]
  readonly outputs: readonly DiffRow[]
  readonly code: CodeDiff
  readonly environment: EnvironmentDiff
  /** How many there are of each status, on which hosts, and times: `status`, `worldSize`, `hosts`, `seconds`. */
  readonly ranks: readonly DiffRow[]
}

/** Numbers that JSON has not are text, `NaN`. */
export type DiffValue = number | string | boolean | null

export interface DiffRow {
  readonly name: string
  /** By run; null where it has none. */
  readonly values: readonly DiffValue[]
  readonly equal: boolean
  /** What keeps us from saying that equal values are equal things. */
  readonly caveat?: string
}

export interface CodeDiff {
  /** `commit`, `branch`, `dirty`, `command`, `script`. */
  readonly rows: readonly DiffRow[]
  /** Of the first run against each of the others, of code that is kept of both. */
  readonly patches: readonly CodePatch[]
  readonly equal: boolean
}

/** How one file of code differs: a script, a file that was logged or was in no commit, or `source.diff`, the changes of a work tree. */
export interface CodePatch {
  readonly name: string
  /** Runs. */
  readonly a: string
  readonly b: string
  /** Unified diff. */
  readonly patch: string
}

export interface EnvironmentDiff {
  /** `interpreter`, `platform`, `container`. */
  readonly rows: readonly DiffRow[]
  /** Packages, of the first run against the others. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly DiffRow[]
  /** That all of them have alike. */
  readonly equalPackages: number
  /** Runs whose graph cannot be read: then nothing is compared. */
  readonly unread: readonly string[]
  readonly equal: boolean
}
