import { parseArgs } from 'node:util'

/** What a chaos run is made of. Everything random comes from the seed; when things happen depends on the machine too. */
export interface ChaosSettings {
  readonly seed: number
  readonly ranks: number
  /** start_run ... end_run of each worker, a run each. */
  readonly sessions: number
  /** Log calls of all ranks together. */
  readonly events: number
  /** Metric series of a rank. */
  readonly series: number
  /** Characters of a parameter's value. */
  readonly payload: number
  readonly aggregatorKills: number
  readonly agentKills: number
  readonly workerKills: number
  /** SIGSTOP of a random process, and SIGCONT up to `pauseMs` later. */
  readonly pauses: number
  readonly pauseMs: number
  /** Connections cut, delayed, half-opened or doubled between agents and aggregator. */
  readonly networkFaults: number
  /** Mean time between two kills of the aggregator. */
  readonly betweenMs: number
  /** A tree whose agent was killed is without one for so long at most. */
  readonly absentMs: number
  readonly saveAfterNLogs: number
  /** Everything must have been delivered this long after the last fault. */
  readonly patienceSeconds: number
  /**
   * So long afterwards every run must have ended by itself; for 60 s of it ranks are waited for that their launcher might
   * start again. 0: it is not waited for, the aggregator is stopped.
   */
  readonly endSeconds: number
  /** Folder to work in; a temporary one, removed after success, when absent. */
  readonly folder?: string
}

export const chaosDefaults: ChaosSettings = {
  seed: 1,
  ranks: 64,
  sessions: 1,
  events: 160_000,
  series: 5,
  payload: 32,
  aggregatorKills: 100,
  agentKills: 20,
  workerKills: 20,
  pauses: 10,
  pauseMs: 2_000,
  networkFaults: 40,
  betweenMs: 700,
  absentMs: 1_500,
  saveAfterNLogs: 2_000,
  patienceSeconds: 240,
  endSeconds: 120,
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const numbers = Object.keys(chaosDefaults) as (keyof Omit<ChaosSettings, 'folder'>)[]

export const usage: string = `Usage: npm run chaos -- [options]

Real processes, killed, stopped and cut off at random instants; then the final PROV document and the Parquet rows are
compared with what the workers logged. Exit code 1 when anything is lost, doubled, out of order or invalid.

${numbers.map((name) => `  --${kebab(name)} <N>`.padEnd(30) + `default ${chaosDefaults[name]}`).join('\n')}
  --folder <DIR>              folder to work in, kept`

/** @throws {Error} with a sentence for the person when an option is unknown or no number */
export function chaosSettings(argv: readonly string[]): ChaosSettings {
  const options = Object.fromEntries(
    ['folder', ...numbers].map((name) => [kebab(name), { type: 'string' as const }]),
  )
  const { values } = parseArgs({ args: [...argv], options, strict: true })
  const given: Record<string, number | string> = {}
  for (const name of numbers) {
    const text = values[kebab(name)]
    if (text === undefined) continue
    const value = Number(text)
    if (typeof text !== 'string' || !Number.isSafeInteger(value) || value < 0)
      throw new Error(`--${kebab(name)} must be a count, not ${JSON.stringify(text)}`)
    given[name] = value
  }
  const { folder } = values
  return { ...chaosDefaults, ...given, ...(typeof folder === 'string' ? { folder } : {}) }
}
