import { ProvloomError, flagIn, flagOf, optionsOf } from '@provloom/shared'
import type { Part } from '@provloom/shared'

/**
 * A flag that is given a value would run that as the command: `--create-graph yes -- python train.py` is never meant as
 * the program `yes`.
 *
 * @param words behind the name of the command
 * @throws {ProvloomError} `BAD_OPTION`
 */
export function refuseFlagValue(part: Part, words: readonly string[]): void {
  const known = new Set(
    [...optionsOf(part)].flatMap(([name, { kind }]) => (kind === 'flag' ? [flagOf(name)] : [])),
  )
  const command = words.indexOf('--')
  for (const [i, flag] of words.slice(0, Math.max(0, command)).entries()) {
    const [name = '', joined] = flag.split('=', 2)
    const value = joined ?? words[i + 1] ?? ''
    if (!known.has(name) || flagIn(value) === undefined) continue
    throw new ProvloomError('BAD_OPTION', `${name} takes no value, and was given ${JSON.stringify(value)}`, {
      doing: 'read the command line',
      to: name,
      hint: `Give ${name} alone for yes, and leave it out for no.`,
    })
  }
}
