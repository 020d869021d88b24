/** What `provloom` ends with. A wrapped command's own code goes before all of these. docs/operating.md lists them. */
export const exitCode = {
  ok: 0,
  /** The job, or the check, had a bad result: a worker failed without a code, a document has violations. */
  failed: 1,
  /** The command line is wrong, or an input cannot be read. */
  usage: 2,
  /** Something Provloom needs is not there: a save directory, a port, an aggregator. */
  unavailable: 3,
  /** A bug of ours. */
  internal: 70,
  /** What a shell says of a command (POSIX, Shell Command Language, 2.8.2). */
  cannotExecute: 126,
  notFound: 127,
} as const
