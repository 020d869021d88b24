import type { Opened, Part } from '@provloom/rundir/entry'
import type { Attempt, Event, Rank } from '@provloom/shared'

/**
 * Everything that the graph knows of a run: plain data, so that a snapshot is this and nothing else. Things refer to
 * each other by keys (`keyOf`); `id` is the local part of a thing's identifier, given once, at its first mention.
 *
 * Times are microseconds since the Unix epoch.
 */
export interface RunState {
  lsn: number
  opened: Opened | undefined
  closed: { readonly time: number; readonly cause: 'ranks-ended' | 'stopped' } | undefined
  /** How often the aggregator was started again. */
  resumed: number
  conflicts: number
  logs: number
  worldSize: number | undefined
  parts: readonly Part[]
  /** Turned away by `collectAllProcesses`. */
  readonly refused: Map<number, true>
  readonly ranks: Map<string, RankState>
  readonly contexts: Map<string, ContextState>
  readonly metrics: Map<string, MetricState>
  readonly series: Map<string, SeriesState>
  readonly hosts: Map<string, HostState>
  /** Login name to identifier. */
  readonly users: Map<string, string>
  readonly shared: Map<string, SharedState>
  /** What things of one name there are, in order of arrival: two values of one parameter are a conflict. */
  readonly groups: Map<string, GroupState>
  readonly artifacts: Map<string, ArtifactState>
  /** What became of logged files, by the key of their event; it may be known before the event. */
  readonly stored: Map<string, EventOf<'artifact.stored'>>
  readonly models: Map<string, ModelState>
  readonly finals: Map<string, FinalState>
  readonly ids: Map<string, true>
  /** Relations that inputs would have if each rank had one of its own. */
  inputLinks: number
}

export type EventOf<Type extends Event['type']> = Extract<Event, { readonly type: Type }>

/** One attempt of a rank. */
export interface RankState {
  readonly id: string
  readonly rank: Rank
  readonly attempt: Attempt
  host: string | undefined
  /** By the aggregator's clock; undefined when records came before the hello. */
  admitted: number | undefined
  /** Of its events, by its own clock. */
  firstTime: number | undefined
  lastTime: number | undefined
  start: EventOf<'rank.start'> | undefined
  session: EventOf<'session.start'> | undefined
  sessionEnd: EventOf<'session.end'> | undefined
  end: EventOf<'rank.end'> | undefined
  /** Its agent said that everything is sent. */
  ended: boolean
  lost: boolean
  command: string | undefined
  problemCount: number
  readonly problems: string[]
  readonly conflictHosts: string[]
  readonly streams: Map<string, StreamState>
  readonly contexts: string[]
  readonly finals: string[]
}

export interface StreamState {
  stored: number
  bad: number
  lost: number
  /** Points of series that were never declared. */
  undeclared: number
  /** By reason: the writer's own totals. */
  readonly drops: Map<string, number>
  /** Slot in the tallies by the stream's own id of a series. */
  readonly slots: Map<number, number>
}

export interface ContextState {
  readonly id: string
  readonly rankKey: string
  readonly name: string
  /** Key of the context around it. */
  parent: string | undefined
  start: number | undefined
  end: number | undefined
  firstTime: number | undefined
  lastTime: number | undefined
}

/** One metric of one context name and source, over all ranks. */
export interface MetricState {
  readonly id: string
  readonly key: string
  readonly context: string | undefined
  readonly source: string | undefined
  unit: string | undefined
}

export interface SeriesState {
  readonly id: string
  readonly metricKey: string
  readonly rankKey: string
  readonly contextKey: string | undefined
  /** Slots in the tallies with the streams that they are of. */
  readonly slots: { readonly stream: string; readonly slot: number }[]
}

export interface HostState {
  readonly id: string
  readonly name: string
  facts: EventOf<'host'> | undefined
  clock: EventOf<'clock'> | undefined
  /** Once the clock was set: the least and the most of its offsets, microseconds. */
  clockRange?: { readonly least: number; readonly most: number } | undefined
  /** Key of the device and method. */
  readonly energy: Map<string, DeviceEnergy>
  energyId: string | undefined
}

export interface DeviceEnergy {
  facts: EventOf<'energy'>
  /** Joules by attempt, the most that any rank told: several may watch one device. */
  readonly joules: Map<number, number>
  readonly grams: Map<number, number>
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
  /** Of its copy in the run directory, where it is a file and a copy is made. */
  readonly copyId: string | undefined
  readonly groupKey: string
  readonly direction: 'input' | 'output'
  readonly facts: SharedFacts
  readonly members: Map<string, SharedMember>
  /** Environment variables; null for those that ranks have different. */
  readonly variables: Map<string, string | null>
  /** Keys of the artifact events, where it is a file. */
  readonly files: string[]
}

export interface SharedMember {
  readonly time: number
  readonly contextKey: string | undefined
}

export interface GroupState {
  readonly kind: SharedFacts['type']
  readonly members: string[]
}

/** A file that a context or rank made. */
export interface ArtifactState {
  readonly id: string
  /** Of its copy in the run directory, if one is made. */
  readonly copyId: string
  readonly rankKey: string
  readonly contextKey: string | undefined
  readonly event: EventOf<'artifact'>
  /** Key of the model that it is a version of, or the whole of. */
  readonly modelKey: string | undefined
  /** Key of the version that it was derived from. */
  previous: string | undefined
}

/** A model apart from its files: what its versions are versions of. */
export interface ModelState {
  readonly id: string
  readonly name: string
  /** Keys of versioned artifacts by rank, ascending. */
  readonly versions: Map<string, string[]>
}

/** A final metric that ranks registered alike. */
export interface FinalState {
  readonly id: string
  readonly facts: EventOf<'final.metric'>
  /** By rank: identifier of its own entity, and the value that folding begins with. */
  readonly members: Map<string, { readonly id: string; readonly initialValue: number }>
}

export function emptyState(): RunState {
  return {
    lsn: -1,
    opened: undefined,
    closed: undefined,
    resumed: 0,
    conflicts: 0,
    logs: 0,
    worldSize: undefined,
    parts: [],
    refused: new Map(),
    ranks: new Map(),
    contexts: new Map(),
    metrics: new Map(),
    series: new Map(),
    hosts: new Map(),
    users: new Map(),
    shared: new Map(),
    groups: new Map(),
    artifacts: new Map(),
    stored: new Map(),
    models: new Map(),
    finals: new Map(),
    ids: new Map(),
    inputLinks: 0,
  }
}
