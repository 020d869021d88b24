import type { Command } from 'commander'
import { flagOf, optionsOf, variableOf } from '@provloom/shared'
import type { Part } from '@provloom/shared'

/** Gives `command` the options of a part, out of the one table that also makes the docs. */
export function addOptions(command: Command, part: Part, without: readonly string[] = []): Command {
  for (const [name, option] of optionsOf(part)) {
    if (without.includes(name)) continue
    const flag = option.kind === 'flag' ? flagOf(name) : `${flagOf(name)} <${option.value ?? 'VALUE'}>`
    const byDefault =
      option.default === undefined || option.default === 'false' ? '' : ` (default: ${option.default})`
    command.option(flag, `${option.help}${byDefault}`)
  }
  return command
}

/** Below the options in `--help`. */
export const environmentHelp: string = `Options may also stand in the environment, as ${variableOf('saveAfterNLogs')} for ${flagOf('saveAfterNLogs')}; the command line wins.`
