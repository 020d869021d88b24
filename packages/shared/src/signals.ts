import os from 'node:os'

/**
 * What our processes do with a signal. `run`, `agent` and `aggregator` share this one table; what they start beside them
 * (the process that sheds connections, say) takes `SIGUSR1` and nothing else, for Node would open its debugger at it.
 */
export type Duty =
  /** Asks for the end. The command gets it, and we end after it; an aggregator ends its runs. */
  | 'end'
  /** Asks for the end at once, with a core file. The command gets it, and we end after it; an aggregator dies of it. */
  | 'quit'
  /** A word from launcher to command: `sbatch --signal=USR1@60`. The command gets it; an aggregator goes on. */
  | 'notice'
  /** Job control. The command gets it; we stop where it has stopped, and go on with it. An aggregator just stops. */
  | 'pause'

/**
 * Signals that are not here are left as they are: they cannot be caught (KILL, STOP), come of a process's own doing and
 * so are never meant for another one (SEGV, PIPE, XFSZ, CHLD, ...), or would come for ever when caught (TTIN, TTOU:
 * the system call is begun again and stopped again). Real-time signals are beyond Node.
 */
const duties = {
  SIGHUP: 'end',
  SIGINT: 'end',
  SIGTERM: 'end',
  SIGQUIT: 'quit',
  SIGABRT: 'quit',
  SIGUSR1: 'notice',
  SIGUSR2: 'notice',
  SIGALRM: 'notice',
  SIGVTALRM: 'notice',
  SIGURG: 'notice',
  SIGXCPU: 'notice',
  SIGIO: 'notice',
  SIGPWR: 'notice',
  SIGSTKFLT: 'notice',
  SIGWINCH: 'notice',
  SIGTSTP: 'pause',
  SIGCONT: 'pause',
} as const satisfies Partial<Record<NodeJS.Signals, Duty>>

/**
 * Flags of Node for every process of ours. At SIGUSR1 Node opens its debugger until somebody listens: it is told an address
 * that no machine has (RFC 5737), and so opens none. What it warns of is for nobody who runs us: standard error is the
 * command's.
 */
export const nodeFlags: readonly string[] = ['--inspect-port=192.0.2.1:0', '--no-warnings']

const core: ReadonlySet<string> = new Set([
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
])

const table: ReadonlyMap<string, Duty> = new Map(Object.entries(duties))

/** The signals of this system that have one of these duties. */
export function signalsThat(...wanted: readonly Duty[]): NodeJS.Signals[] {
  return systemSignals().filter((name) => {
    const duty = table.get(name)
    return duty !== undefined && wanted.includes(duty)
  })
}

export function dutyOf(signal: NodeJS.Signals): Duty | undefined {
  return table.get(signal)
}

/** Its number here; undefined for a name that this system does not have. */
export function signalNumber(signal: NodeJS.Signals): number | undefined {
  return os.constants.signals[signal]
}

/** Whether its default is to leave a core file. */
export function leavesCore(signal: NodeJS.Signals): boolean {
  return core.has(signal)
}

/** The exit code that a shell shows for a process that a signal ended. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + (signalNumber(signal) ?? 0)
}

/** One name a number: `SIGIO` and `SIGPOLL` are the same. */
function systemSignals(): NodeJS.Signals[] {
  const names = new Map<number, NodeJS.Signals>()
  for (const name of Object.keys(os.constants.signals).filter(isSignal)) {
    const number = os.constants.signals[name]
    const known = names.get(number)
    if (known === undefined || (!table.has(known) && table.has(name))) names.set(number, name)
  }
  return [...names.values()]
}

/** Whether this system has a signal of that name. */
export function isSignal(name: string | undefined): name is NodeJS.Signals {
  return name !== undefined && Object.hasOwn(os.constants.signals, name)
}

/** The name of a signal by its number here. */
export function signalOfNumber(number: number): NodeJS.Signals | undefined {
  return systemSignals().find((name) => signalNumber(name) === number)
}
