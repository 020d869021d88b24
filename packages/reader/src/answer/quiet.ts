/** Nothing was logged for much longer than it took from one log to the next before. */
export interface Quiet {
  /** When a rank logged last, ISO 8601, by its clock. */
  readonly since: string
  /** How long a rank takes from one log to the next, as a rule: seconds. */
  readonly usualSeconds: number
}
