import { CommanderError } from 'commander'
import { ProvloomError, renderError } from '@provloom/shared'
import { exitCode } from './exit-code.ts'
import type { ErrorCode } from '@provloom/shared'
import { createProgram } from './program.ts'
import { usageError } from './usage.ts'

/** A reader of our output that went away (`| head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.ok)
  throw error
})

/** Exit codes of errors that are not about something missing outside. */
const codes: Partial<Record<ErrorCode, number>> = {
  BAD_OPTION: exitCode.usage,
  MISSING_OPTION: exitCode.usage,
  UNKNOWN_OPTION: exitCode.usage,
  MISSING_COMMAND: exitCode.usage,
  FILE_UNREADABLE: exitCode.usage,
  COMMAND_NOT_FOUND: exitCode.notFound,
  INTERNAL: exitCode.internal,
}

try {
  await createProgram().parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.ok
    // Called without a command: the help has been shown.
    if (error.code === 'commander.help') return exitCode.usage
    process.stderr.write(`${renderError(usageError(error))}\n`)
    return exitCode.usage
  }
  process.stderr.write(`${renderError(error)}\n`)
  if (!(error instanceof ProvloomError)) {
    if (process.env['PROVLOOM_DEBUG'] !== undefined) console.error(error)
    return exitCode.internal
  }
  return codes[error.code] ?? exitCode.unavailable
}
