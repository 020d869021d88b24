import type { Variables } from '../place/variables.ts'

/** What shells put into the environment of what they become. */
const ofShells = ['PWD', 'OLDPWD', 'SHLVL', '_']

/** A name that every shell hands on. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** What a shell does before it becomes the command. */
export interface Before {
  /** Signals, by number, that the command is to start with ignored: `nohup`, `trap '' HUP`. Node sets all to their defaults. */
  readonly ignored: readonly number[]
  /** Its descriptor of the channel to who started us: the shell says there that the command is started, as which process. */
  readonly channel?: number
}

/**
 * A command that a shell becomes, with the same process id, after it has done what only the process itself can do. `env`
 * gives back those variables that a shell changes, or loses for their names (exported functions).
 *
 * That it is started is said by who is about to be the command, and who holds the channel open until then: at its end
 * without such a word no command was started, and none will be. Whoever has the other end may be gone.
 *
 * @returns the command itself where there is nothing to do
 */
export function becoming(
  { ignored, channel }: Before,
  argv: readonly string[],
  variables: Variables,
): readonly string[] {
  const steps = [
    ...(channel === undefined
      ? []
      : [`trap '' PIPE`, `{ echo "{\\"pid\\":$$}" >&${channel}; } 2>/dev/null`, 'trap - PIPE']),
    ...(ignored.length === 0 ? [] : [`trap '' ${ignored.join(' ')}`]),
  ]
  if (steps.length === 0) return argv
  const closed = channel === undefined ? '' : ` ${channel}>&-`
  const script = [...steps, `exec "$@"${closed}`].join('; ')
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
