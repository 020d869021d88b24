import type {
  HeadEnergy,
  HeadFile,
  HeadFinding,
  HeadNotMeasured,
  HeadNumber,
  HeadSource,
  HeadParam,
} from '@provloom/rundir'
import type { RunId } from '@provloom/shared'
import type { Life } from './life.ts'
import type { Quiet } from './quiet.ts'

export interface RunsQuery {
  /**
   * Words and conditions, all of which must hold: `word` (in name, experiment, run name, user, host, command, a parameter's
   * text), `experiment:x`, `status:failed`, `host:n05`, `user:ada`, `commit:1405280`, `tag:x` (a parameter named tag or
   * tags), `name:value`, and `name>0.1`, `>=`, `<`, `<=`, `!=` of a parameter or else of a metric's last value. `-` before a
   * word or condition negates it, quotes hold spaces. `sort:-accuracy` in it is as `sort`.
   */
  readonly query?: string
  /** A column or a parameter or a metric (its best: `max`, of a loss `min`); `-` before it: the largest first. Else the newest first. */
  readonly sort?: string
  /** 200 unless told. */
  readonly limit?: number
  /** `cursor` of the page before. */
  readonly after?: string
  /** Bytes on disk too: each directory is walked through. */
  readonly size?: boolean
}

export interface RunsAnswer {
  /** Of the next page; absent on the last. */
  readonly cursor?: string
  /** Runs of the folder that can be read. */
  readonly total: number
  /** Of them those that match the query. */
  readonly matched: number
  readonly runs: readonly RunRow[]
  /** What is a run directory and cannot be read: of another version, or damaged. */
  readonly unreadable: readonly { readonly run: string; readonly reason: string }[]
  /** Names in the query and sort that no run has as a parameter or metric. */
  readonly unknown: readonly string[]
  /** Runs with more parameters or metrics than their records name: of those nothing is known here. */
  readonly abridged: number
}

/** Records; beyond 2^53 the nearest double. */
export interface Ledger {
  readonly sent: number
  readonly stored: number
  readonly dropped: number
}

/** A run in a list. */
export interface RunRow {
  /** Its directory's name: what RUN is in every other question. */
  readonly run: string
  readonly runId: RunId
  readonly experiment: string
  readonly runName?: string
  /** `running`, `completed`, `failed`, `killed`, `lost`, `incomplete`; `unseen` where what wrote it is gone before it ended. */
  readonly status: string
  /** ISO 8601, UTC. */
  /** Nothing of it waits in its journal to be written. */
  readonly finished: boolean
  readonly startTime: string
  readonly endTime: string | null
  readonly life: Life
  /** Of a run that goes on, when none of its ranks logs. */
  readonly quiet?: Quiet
  readonly worldSize: number | null
  /** How many ranks are how, by the last attempt of each; `absent` ones of the known world among them. */
  readonly ranks: Readonly<Record<string, number>>
  /** By name, with the context before it where there is one: `training.learning_rate`. */
  readonly params: Readonly<Record<string, HeadParam['value']>>
  /** By metric id, what users log before what agents measure. */
  readonly metrics: Readonly<Record<string, RowMetric>>
  /** sent = stored + dropped. */
  readonly ledger: Ledger
  readonly energy: readonly HeadEnergy[]
  /** Why the energy of machines is not known. */
  readonly notMeasured: readonly HeadNotMeasured[]
  readonly source?: HeadSource
  /** The file that was run, as the command names it, without its folder. */
  readonly script?: string
  /** The last model or checkpoint that it made, else the last file. */
  readonly model?: HeadFile
  readonly finding?: HeadFinding
  /** Parameters and metrics that the row leaves out. */
  readonly more: { readonly params: number; readonly metrics: number }
  /** When it was asked for. */
  readonly size?: Size
}

export interface RowMetric {
  readonly context?: string
  readonly key: string
  readonly source?: string
  readonly unit?: string
  /** Agents measure it; scripts log the others. */
  readonly measured?: true
  /** Lower median over ranks of each one's last point. */
  readonly last: HeadNumber
  /** Of finite values of all ranks. */
  readonly min?: number
  readonly max?: number
  readonly lastStep: number
  /** At most 32 means over all ranks of equally long stretches of steps. */
  readonly spark?: readonly number[]
}

/** Bytes on disk by what they are for. */
export interface Size {
  readonly total: number
  readonly metrics: number
  readonly artifacts: number
  readonly graph: number
  readonly journal: number
}
