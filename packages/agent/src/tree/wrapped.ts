/** The wrapped command, where there is one. */
export interface Wrapped {
  readonly pid: number
  /** Field 22 of /proc/PID/stat; 0 where it is not known. */
  readonly start: number
  readonly argv: readonly string[]
  readonly startedUs: number
}
