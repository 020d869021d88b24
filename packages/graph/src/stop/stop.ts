import { errorKind, isRaised } from './error.ts'

/** How the last attempt of a rank came to its end, as far as that is known. Times are in microseconds since the Unix epoch. */
export interface Stop {
  readonly rank: number
  /** `failed`, `killed`, `lost`, `incomplete`; others stopped nothing. */
  readonly status: string
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  /** All that it said of its error. */
  readonly error?: string | undefined
  /** Of the points that it logged: the highest step, and when the last of them was, by its host's clock. */
  readonly lastStep?: number | undefined
  readonly lastUs?: number | undefined
  /** By its host's clock: of what it told, else of its process. */
  readonly endUs?: number | undefined
  /** The memory of its machine was as good as full. */
  readonly memoryFull?: boolean | undefined
  /** Of its host's clock; not known of hosts that nobody measured. */
  readonly clock?: HostClock | undefined
}

/** To the aggregator's clock. Positive: this clock is ahead. */
export interface HostClock {
  readonly host: string
  readonly offsetUs: number
  /** Infinity where nobody measured it. */
  readonly uncertaintyUs: number
}

/**
 * Why a rank stopped, by what is seen of it: something of its own (`memory`, `disk`, `crash`, `error`, `killed`), it is `lost`,
 * nothing is said (`silent`), it was asked to (`asked`), or another one was gone (`peer`).
 */
export type StopKind = 'memory' | 'disk' | 'crash' | 'error' | 'killed' | 'lost' | 'silent' | 'asked' | 'peer'

/** Signals by which a process ends of itself. */
const crashes = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGSYS', 'SIGTRAP'])
/** By which a launcher, a batch system or a person ends a process. */
const requests = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGXCPU', 'SIGQUIT'])
/** What a shell makes of the signal that a command ended by: 128 and its number. */
const byExitCode: Readonly<Record<number, string>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

/** The signal that ended it, also where only a shell's exit code tells of it. */
export function signalOf({ signal, exitCode }: Pick<Stop, 'signal' | 'exitCode'>): string | undefined {
  return signal ?? (exitCode === undefined ? undefined : byExitCode[exitCode < 0 ? 128 - exitCode : exitCode])
}

export function stopKind(stop: Stop): StopKind {
  const said = errorKind(stop.error)
  if (said === 'memory' || said === 'disk') return said
  const signal = signalOf(stop)
  if (signal !== undefined && crashes.has(signal)) return 'crash'
  // The kernel says nothing to whom it kills for want of memory.
  if (signal === 'SIGKILL' && said === undefined && stop.memoryFull === true) return 'memory'
  if (said === 'peer') return 'peer'
  if (stop.status === 'lost') return 'lost'
  if (said === 'asked') return 'asked'
  // Who has raised an error may be asked to end while it comes to its end.
  if (signal !== undefined && requests.has(signal)) return isRaised(stop.error) ? 'error' : 'asked'
  if (said === 'own') return 'error'
  if (signal !== undefined) return 'killed'
  return 'silent'
}
