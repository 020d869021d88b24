import type { Variables } from '../place/variables.ts'

/** What shells put into the environment of what they become. */
const ofShells = ['PWD', 'OLDPWD', 'SHLVL', '_']

/** A name that every shell hands on. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * A command that starts with these signals ignored, as `nohup` and `trap '' HUP` mean it: Node starts every child with
 * all signals at their defaults. A shell sets them again and becomes the command, with the same process id; `env` gives
 * back those variables that a shell changes, or loses for their names (exported functions).
 *
 * @param signals numbers
 * @returns the command itself where nothing is to be ignored
 */
export function ignoring(
  signals: readonly number[],
  argv: readonly string[],
  variables: Variables,
): readonly string[] {
  if (signals.length === 0) return argv
  const script = `trap '' ${signals.join(' ')}; exec "$@"`
  // To env, a program with = in its name would be a variable.
  const repair = argv[0]?.includes('=') === true ? [] : repairing(variables)
  return ['/bin/sh', '-c', script, 'sh', ...repair, ...argv]
}

function repairing(variables: Variables): string[] {
  const absent = ofShells.filter((name) => variables[name] === undefined)
  const given = Object.entries(variables).filter(
    ([name, value]) => value !== undefined && (ofShells.includes(name) || !plainName.test(name)),
  )
  return [
    'env',
    ...absent.flatMap((name) => ['-u', name]),
    ...given.map(([name, value]) => `${name}=${value}`),
  ]
}
