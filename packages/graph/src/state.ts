import type { Closed, Exited, Opened, Part, Resumed, Uncollected } from '@provloom/rundir/entry'
import type { Attempt, Contributors, Kept, ProblemCode, Rank } from '@provloom/shared'
import type { EventOf } from './event-of.ts'
import type { HostState, ToldOther } from './host-state.ts'

export type { EventOf } from './event-of.ts'
export type {
  ClockState,
  HostState,
  ToldEnergy,
  ToldHost,
  ToldOther,
  WatchEdge,
  Watcher,
} from './host-state.ts'

/**
 * Everything that the graph knows of a run: plain data, so that a snapshot is this and nothing else. Things refer to
 * each other by keys (`keyOf`); `id` is the local part of a thing's identifier, given once, at its first mention.
 *
 * Times are microseconds since the Unix epoch. All of it is changed by `Undo` alone.
 */
export interface RunState {
  readonly lsn: number
  readonly opened: Opened | undefined
  /** `lastTime` is when something was recorded last, which is later where a process ended after its run. */
  readonly closed: (Pick<Closed, 'time' | 'cause'> & { readonly lastTime: number }) | undefined
  /** When and why an aggregator went on with the run, each time. */
  readonly recoveries: RecoveryState[]
  readonly conflicts: number
  /** Ranks of the known world that never came; and those that were in the job and not in this run. */
  readonly absent: readonly number[]
  readonly elsewhere: readonly number[]
  /** Problems of the run as a whole, in words that begin with their code. */
  readonly remarks: string[]
  /** What its users may want to know, though nothing is amiss. */
  readonly hints: string[]
  /** How many problems ranks told, by code. */
  readonly problemCodes: ReadonlyMap<ProblemCode, number>
  /** Ranks that are not collected and did not end well, by the key of a rank. */
  readonly bystanders: ReadonlyMap<string, Uncollected>
  /** Records stored. */
  readonly records: number
  /** Params, artifacts and points of declared series among them, without what agents measure by themselves. */
  readonly logs: number
  readonly worldSize: number | undefined
  /** The attempt that told `worldSize`; -1 before. */
  readonly worldAttempt: number
  /** Pictures that a rank asked for. */
  readonly createGraph: boolean
  readonly createSvg: boolean
  readonly parts: readonly Part[]
  /** Files of the run directory, named here, that were not there when that was looked for last. */
  readonly gone: ReadonlyMap<string, true>
  /** By file, how many recoveries there were when it was sealed. */
  readonly partMakers: ReadonlyMap<string, number>
  /** World sizes that ranks told, by attempt. */
  readonly worlds: ReadonlyMap<number, number>
  /** Entries that were not taken in. */
  readonly skipped: number
  /** The first of them in words. */
  readonly skippedWords: string[]
  /** Where the last of them are that held records. */
  readonly skippedAt: readonly number[]
  /** Turned away by `collectAllProcesses`. */
  readonly refused: ReadonlyMap<number, true>
  readonly ranks: ReadonlyMap<string, RankState>
  readonly contexts: ReadonlyMap<string, ContextState>
  readonly metrics: ReadonlyMap<string, MetricState>
  readonly series: ReadonlyMap<string, SeriesState>
  readonly hosts: ReadonlyMap<string, HostState>
  /** Login names. */
  readonly users: ReadonlyMap<string, true>
  /** By what it says: how much is emitted for a kilowatt-hour. */
  readonly carbon: ReadonlyMap<string, EventOf<'carbon'>>
  /** By machine, then by tool and part, what each stream has told last of what other tools say of its energy. */
  readonly otherEnergy: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, ToldOther>>>
  /** Process groups. */
  readonly groups: ReadonlyMap<string, GroupState>
  /** Contexts of process groups in which a model was logged. */
  readonly groupContexts: ReadonlyMap<string, GroupContextState>
  readonly shared: ReadonlyMap<string, SharedState>
  /** Keys of shared things that are looked up by what they are: commands, sources and files of the code; datasets; files. */
  readonly code: string[]
  readonly datasets: string[]
  readonly files: string[]
  /** Values of each parameter: two are a conflict. */
  readonly params: ReadonlyMap<string, string[]>
  /** Keys of all parameters, whatever their context. */
  readonly hyperparameters: ReadonlyMap<string, true>
  /** Keys of all metrics: whether users log them, or agents measure them. */
  readonly measures: ReadonlyMap<string, MeasureState>
  readonly packages: ReadonlyMap<string, PackageState>
  readonly artifacts: ReadonlyMap<string, ArtifactState>
  /** What became of logged files, by the key of their event; it may be known before the event. */
  readonly stored: ReadonlyMap<string, StoredState>
  readonly models: ReadonlyMap<string, ModelState>
  readonly finals: ReadonlyMap<string, FinalState>
  /** Metrics of which a spark is kept. */
  readonly sparks: number
}

/** When and why an aggregator went on, and when the one before it had closed the run, where it had. */
export interface RecoveryState extends Pick<Resumed, 'time' | 'aggregator' | 'cause'> {
  readonly closedBefore?: number
}

/** The session that has an attempt of a rank, as it asked for it. */
export interface Holder {
  readonly session: string
  readonly worker: string
  /** The attempt that it was told to be: a lower bound. */
  readonly told: Attempt
  /** By its own clock; undefined where it did not say. */
  readonly startedUs: number | undefined
}

/** One attempt of a rank. */
export interface RankState {
  readonly id: string
  readonly rank: Rank
  readonly attempt: Attempt
  readonly host: string | undefined
  /** Key of its machine. */
  readonly hostKey: string | undefined
  /** By the aggregator's clock; undefined when records came before the hello. */
  readonly admitted: number | undefined
  /** Of the session that speaks for it; undefined when records came before the hello. */
  readonly holder: Holder | undefined
  /** The launcher starts it again, at most this often. */
  readonly restartsMax: number
  readonly restarts: 'all' | 'one' | undefined
  /** Of its events, by its own clock. */
  readonly firstTime: number | undefined
  readonly lastTime: number | undefined
  readonly start: EventOf<'rank.start'> | undefined
  /** The accelerators that it works on, as a library has told last: more is known of them than what the variables say. */
  readonly devices: string | undefined
  readonly session: EventOf<'session.start'> | undefined
  readonly sessionEnd: EventOf<'session.end'> | undefined
  readonly end: EventOf<'rank.end'> | undefined
  /** Its agent said that everything is sent: when, by the aggregator's clock. */
  readonly ended: number | undefined
  /** Its agent left with records that are in its session still. */
  readonly kept: Kept | undefined
  /** How its process ended after its session. */
  readonly exit: Pick<Exited, 'time' | 'exitCode' | 'signal'> | undefined
  /** Every writer had closed its ledger: what was sent is known to the last record. */
  readonly ledgerClosed: boolean
  /** No heartbeat came for too long: since when, by the aggregator's clock. */
  readonly lost: number | undefined
  /** Key of the command that it runs. */
  readonly command: string | undefined
  /** The stream that its session began in. */
  readonly mainStream: string | undefined
  /** Time of the first parameter; and once it is settled which parameters it uses, true. */
  readonly firstParam: number | undefined
  readonly settled: boolean
  readonly problemCount: number
  /** In words, with how often. */
  readonly problems: ReadonlyMap<string, number>
  /** By stream what it has of its machine's processors, so far. */
  readonly shares: ReadonlyMap<string, EventOf<'energy.share'>>
  readonly conflictHosts: string[]
  readonly streams: ReadonlyMap<string, StreamState>
  /** All streams of which nothing comes any more, as one; what their series are is known elsewhere. */
  readonly retired: StreamState | undefined
  readonly contexts: string[]
  readonly finals: string[]
}

export interface StreamState {
  /** The number of the next record: those before are taken in, or known to be lost. */
  readonly next: number
  readonly stored: number
  readonly bad: number
  readonly lost: number
  /** In entries that were not taken in. */
  readonly skipped: number
  /** Points of series that were never declared. */
  readonly undeclared: number
  /** By reason: the writer's own totals. */
  readonly drops: ReadonlyMap<string, number>
  /** Slot in the tallies by the stream's own id of a series. */
  readonly slots: ReadonlyMap<number, number>
  /** Files that were logged in it. */
  readonly files: number
  /** Keys of files in a folder that is not told yet. */
  readonly inFolders: string[]
}

export interface ContextState {
  readonly id: string
  readonly rankKey: string
  readonly name: string
  /** Key of the context around it. */
  readonly parent: string | undefined
  readonly start: number | undefined
  readonly end: number | undefined
  readonly firstTime: number | undefined
  readonly lastTime: number | undefined
}

/** One metric of one context name and source, over all ranks. */
export interface MetricState {
  readonly key: string
  readonly context: string | undefined
  readonly source: string | undefined
  readonly unit: string | undefined
  /** Of what an agent measures it. */
  readonly measures: 'host' | 'rank' | undefined
  /** Its number among the metrics of which a spark is kept. */
  readonly spark: number | undefined
}

export interface SeriesState {
  readonly id: string
  readonly metricKey: string
  /** Key of the rank; of a machine where it is measured once for all its ranks. */
  readonly ownerKey: string
  readonly contextKey: string | undefined
  /** Slots in the tallies with the streams that they are of. */
  readonly slots: { readonly stream: string; readonly slot: number }[]
}

export interface MeasureState {
  readonly logged: boolean
  readonly measured: boolean
}

/** Ranks that work as one. */
export interface GroupState {
  readonly id: string
  readonly attempt: number
  readonly library: string
  readonly backends: ReadonlyMap<string, true>
  readonly worldSize: number
  readonly members: ReadonlyMap<string, { readonly start: number; readonly end: number | undefined }>
}

export interface GroupContextState {
  readonly groupKey: string
  /** Undefined for what was logged without a context: the group itself. */
  readonly name: string | undefined
}

export interface PackageState {
  readonly name: string
  readonly version: string
  /** Of a package URL. */
  readonly system: 'pypi' | 'npm' | 'generic'
}

export interface StoredState {
  readonly event: EventOf<'artifact.stored'>
  /** Recoveries that there were before. */
  readonly maker: number
}

export type SharedFacts =
  | EventOf<'param'>
  | EventOf<'dataset'>
  | EventOf<'source'>
  | EventOf<'environment'>
  | EventOf<'model'>
  | EventOf<'command'>
  | EventOf<'artifact'>

/** What ranks have alike: one entity however many ranks told of it. */
export interface SharedState {
  readonly id: string
  readonly direction: 'input' | 'output'
  readonly facts: SharedFacts
  /** By the rank or context that told it: when first. */
  readonly members: ReadonlyMap<string, number>
  /** Environment variables; null for those that ranks have different. */
  readonly variables: ReadonlyMap<string, string | null>
  /** Where it is a file: keys of the artifact events, and what they told that is not alike, by content. */
  readonly files: string[]
  readonly told: ReadonlyMap<string, EventOf<'artifact'>>
  /** Of a folder: keys of what is in it. */
  readonly holds: ReadonlyMap<string, true>
}

/** A file that a context or rank made. */
export interface ArtifactState {
  readonly id: string
  readonly rankKey: string
  readonly contextKey: string | undefined
  readonly event: EventOf<'artifact'>
  /** Key of the model that it is a version of, or the whole of. */
  readonly modelKey: string | undefined
  /** Key of the version that it was derived from. */
  readonly previous: string | undefined
  /** Of a folder: keys of the files in it. */
  readonly members: readonly string[]
}

/** A model apart from its files: what its versions are versions of. */
export interface ModelState {
  readonly id: string
  readonly name: string
  /** Keys of versioned artifacts by attempt of a rank, ascending. */
  readonly versions: ReadonlyMap<string, string[]>
  /** What is told of it without its files, by content. */
  readonly told: ReadonlyMap<string, EventOf<'model'>>
  /** By the rank or context that told of making it: when first. */
  readonly makers: ReadonlyMap<string, MakerState>
}

export interface MakerState {
  readonly time: number
  readonly contributors: Contributors | undefined
}

/** A final metric that ranks registered alike. */
export interface FinalState {
  readonly facts: EventOf<'final.metric'>
  /** By rank: identifier of its own entity, and the value that folding begins with. */
  readonly members: ReadonlyMap<string, { readonly id: string; readonly initialValue: number }>
}

export function emptyState(): RunState {
  return {
    lsn: -1,
    opened: undefined,
    closed: undefined,
    recoveries: [],
    conflicts: 0,
    absent: [],
    elsewhere: [],
    remarks: [],
    hints: [],
    problemCodes: new Map(),
    bystanders: new Map(),
    records: 0,
    logs: 0,
    worldSize: undefined,
    worldAttempt: -1,
    createGraph: false,
    createSvg: false,
    parts: [],
    gone: new Map(),
    partMakers: new Map(),
    worlds: new Map(),
    skipped: 0,
    skippedWords: [],
    skippedAt: [],
    refused: new Map(),
    ranks: new Map(),
    contexts: new Map(),
    metrics: new Map(),
    series: new Map(),
    hosts: new Map(),
    users: new Map(),
    carbon: new Map(),
    otherEnergy: new Map(),
    groups: new Map(),
    groupContexts: new Map(),
    shared: new Map(),
    code: [],
    datasets: [],
    files: [],
    params: new Map(),
    hyperparameters: new Map(),
    measures: new Map(),
    packages: new Map(),
    artifacts: new Map(),
    stored: new Map(),
    models: new Map(),
    finals: new Map(),
    sparks: 0,
  }
}
