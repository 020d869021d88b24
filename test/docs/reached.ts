/** Where a limit is reached: a test that names the limit and sees what happens there. */
export interface Reached {
  /** From the repository's root. */
  readonly file: string
  /** The test's name; of a Python test its method. */
  readonly title: string
}

export function reached(file: string, title: string): Reached {
  return { file, title }
}
