import { CommanderError } from 'commander'
import { ProvloomError, exitCode, isOn, knownError, renderError, say } from '@provloom/shared'
import type { ErrorCode } from '@provloom/shared'
import { refuseFlagValue } from './flag-value.ts'
import { commandHasBegun } from './launch/begun.ts'
import { createProgram } from './program.ts'
import { usageError } from './usage.ts'

/** Exit codes of errors that are not about something missing outside. */
const codes: Partial<Record<ErrorCode, number>> = {
  BAD_OPTION: exitCode.usage,
  MISSING_OPTION: exitCode.usage,
  UNKNOWN_OPTION: exitCode.usage,
  MISSING_COMMAND: exitCode.usage,
  FILE_UNREADABLE: exitCode.usage,
  RUN_UNKNOWN: exitCode.usage,
  RUN_AMBIGUOUS: exitCode.usage,
  METRIC_UNKNOWN: exitCode.usage,
  BAD_QUERY: exitCode.usage,
  JOURNAL_GONE: exitCode.usage,
  SPOOL_UNREADABLE: exitCode.usage,
  COMMAND_NOT_FOUND: exitCode.notFound,
  INTERNAL: exitCode.internal,
}

/**
 * The command line. Sets `process.exitCode`, or ends the process.
 *
 * @throws what kept `run` or `agent` from running its command: the caller runs it without us
 */
export async function main(): Promise<void> {
  const [, , name] = process.argv
  const wraps = name === 'run' || name === 'agent'
  if (!wraps && name !== 'aggregator') endWithReader()
  // An agent looks after its own faults (`superviseAgent`).
  if (name !== 'agent') endInWords(wraps)
  try {
    if (name === 'run' || name === 'agent') refuseFlagValue(name, process.argv.slice(3))
    await createProgram().parseAsync()
  } catch (error) {
    if (wraps && isFault(error) && !commandHasBegun()) throw error
    process.exitCode = report(error)
  }
  // Whatever may still be open: a socket, the channel to an aggregator that does not end.
  if (name === 'run' || name === 'aggregator') process.exit()
}

function isFault(error: unknown): boolean {
  return !(error instanceof CommanderError) && !(error instanceof ProvloomError)
}

/** A reader of our output that went away (`| head`) is no error. Not where the output is a command's as well. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode.ok)
    throw error
  })
}

/** What nobody catches is told like any other error; where a command runs, it goes on. */
function endInWords(goesOn: boolean): void {
  const tell = (error: unknown): void => {
    const code = report(error)
    if (!goesOn || !commandHasBegun()) process.exit(code)
  }
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.ok
    // Called without a command: the help has been shown.
    if (error.code === 'commander.help') return exitCode.usage
    say(renderError(usageError(error)))
    return exitCode.usage
  }
  say(renderError(error))
  const known = knownError(error)
  if (known !== error && isOn(process.env, 'PROVLOOM_DEBUG')) console.error(error)
  if (known === undefined) return exitCode.internal
  return codes[known.code] ?? exitCode.unavailable
}
