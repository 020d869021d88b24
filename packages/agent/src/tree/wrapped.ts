/** The wrapped command, where there is one. */
export interface Wrapped {
  readonly pid: number
  readonly argv: readonly string[]
  readonly startedUs: number
}
