import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { say } from '@provloom/shared'

/** Node reads a command line as UTF-8 and hands it on as what it read: bytes that are none are other ones for the command. */
export function tellChangedArguments(): void {
  try {
    if (isUtf8(fs.readFileSync('/proc/self/cmdline'))) return
  } catch {
    // Not on Linux, or /proc is hidden.
    return
  }
  say(
    'provloom: an argument of the command is no UTF-8, and reaches it changed: give it in a file or variable, or start the command by a script that has it',
  )
}
