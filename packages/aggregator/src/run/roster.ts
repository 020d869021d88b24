import type { Admitted, Records, RunEntry } from '@provloom/rundir/entry'
import { countsAsLog, isRunId } from '@provloom/shared'
import type { Attempt, Rank, RankStatus, RunId, StreamId } from '@provloom/shared'
import type { StreamPosition } from './stream-position.ts'

/** One attempt of one rank, as the journal knows it. */
export interface RankState {
  readonly rank: Rank
  readonly attempt: Attempt
  host: string
  restartsMax: number
  ended: boolean
  /** Microseconds since the Unix epoch, when it ended. */
  endedUs: number
  lost: boolean
  /** Microseconds since the Unix epoch, when it was lost. */
  lostUs: number
  /** From the rank's own `rank.end`. */
  status: RankStatus | undefined
  readonly streams: Map<StreamId, StreamPosition>
}

/** What `save` writes, and nothing else. */
interface Saved {
  readonly runId: RunId
  readonly worldSize: number | null
  /** Absent in snapshots of before 2026-11-26. */
  readonly worldSizeAttempt?: number
  readonly records: number
  readonly logs: number
  readonly createGraph: boolean
  readonly createSvg: boolean
  readonly refused: readonly Rank[]
  readonly ranks: readonly SavedRank[]
}

type SavedRank = Omit<RankState, 'streams' | 'status'> & {
  readonly status: RankStatus | null
  readonly streams: readonly (readonly [StreamId, number])[]
}

/**
 * Who takes part in a run and how far each stream has come: what admission, deduplication and the end of the run are
 * decided by. A function of the journal's entries, like the graph.
 */
export class Roster {
  readonly runId: RunId
  /** Attempts of each rank, ascending. */
  readonly #ranks = new Map<Rank, RankState[]>()
  readonly #latest = new Map<Rank, RankState>()
  readonly refused: Set<Rank> = new Set<Rank>()
  worldSize: number | undefined
  /** The attempt that told `worldSize`. */
  #worldSizeAttempt = -1
  #attemptCount = 0
  records = 0
  logs = 0
  createGraph = false
  createSvg = false
  closed = false

  constructor(runId: RunId) {
    this.runId = runId
  }

  /** By rank, then attempt. */
  get ranks(): readonly RankState[] {
    return [...this.#ranks.values()].flat().sort((a, b) => a.rank - b.rank || a.attempt - b.attempt)
  }

  get attemptCount(): number {
    return this.#attemptCount
  }

  get rankCount(): number {
    return this.#ranks.size
  }

  /** The given attempt of a rank; made when there is none yet. */
  rank(rank: Rank, attempt: Attempt): RankState {
    const known = this.find(rank, attempt)
    if (known !== undefined) return known
    const fresh: RankState = {
      rank,
      attempt,
      host: '',
      restartsMax: 0,
      ended: false,
      endedUs: 0,
      lost: false,
      lostUs: 0,
      status: undefined,
      streams: new Map(),
    }
    const attempts = this.#ranks.get(rank) ?? []
    attempts.push(fresh)
    attempts.sort((a, b) => a.attempt - b.attempt)
    this.#ranks.set(rank, attempts)
    this.#latest.set(rank, attempts.at(-1)!)
    this.#attemptCount++
    return fresh
  }

  find(rank: Rank, attempt: Attempt): RankState | undefined {
    const attempts = this.#ranks.get(rank)
    if (attempts === undefined) return undefined
    for (const state of attempts) if (state.attempt === attempt) return state
    return undefined
  }

  /** The highest attempt of each rank, in no order. */
  get latest(): ReadonlyMap<Rank, RankState> {
    return this.#latest
  }

  /** Records below `next` are in the journal and synced. */
  stored(rank: Rank, attempt: Attempt, stream: StreamId, next: number): StreamPosition {
    return storedIn(this.rank(rank, attempt), stream, next)
  }

  apply(entry: RunEntry): void {
    switch (entry.kind) {
      case 'records':
        return this.#takeRecords(entry)
      case 'admitted':
        return this.#admit(entry)
      case 'refusal':
        this.refused.add(entry.rank)
        return
      case 'lost': {
        const state = this.rank(entry.rank, entry.attempt)
        state.lost = true
        state.lostUs = entry.time
        return
      }
      case 'ended': {
        const state = this.rank(entry.rank, entry.attempt)
        state.ended = true
        state.endedUs = entry.time
        state.lost = false
        this.createGraph ||= entry.createGraph === true
        this.createSvg ||= entry.createSvg === true
        return
      }
      case 'closed':
        this.closed = true
        return
      case 'opened':
      case 'resumed':
      case 'conflict':
      case 'parts':
    }
  }

  save(): string {
    const saved: Saved = {
      runId: this.runId,
      worldSize: this.worldSize ?? null,
      worldSizeAttempt: this.#worldSizeAttempt,
      records: this.records,
      logs: this.logs,
      createGraph: this.createGraph,
      createSvg: this.createSvg,
      refused: [...this.refused],
      ranks: this.ranks.map((state) => ({
        ...state,
        status: state.status ?? null,
        streams: [...state.streams].map(([stream, position]) => [stream, position.stored] as const),
      })),
    }
    return JSON.stringify(saved)
  }

  /** @throws when the text is not what `save` wrote */
  static load(text: string): Roster {
    const value: unknown = JSON.parse(text)
    if (!isSaved(value)) throw new Error('a roster of unknown shape')
    const roster = new Roster(value.runId)
    roster.worldSize = value.worldSize ?? undefined
    roster.records = value.records
    roster.logs = value.logs
    roster.createGraph = value.createGraph
    roster.createSvg = value.createSvg
    for (const rank of value.refused) roster.refused.add(rank)
    for (const { streams, status, ...facts } of value.ranks) {
      const state = Object.assign(roster.rank(facts.rank, facts.attempt), facts)
      state.status = status ?? undefined
      for (const [stream, next] of streams) roster.stored(facts.rank, facts.attempt, stream, next)
    }
    const attempts = value.ranks.map(({ attempt }) => attempt)
    roster.#worldSizeAttempt =
      value.worldSizeAttempt ?? (value.worldSize === null ? -1 : Math.max(-1, ...attempts))
    return roster
  }

  #admit(entry: Admitted): void {
    const state = this.rank(entry.rank, entry.attempt)
    state.host = entry.host
    state.restartsMax = entry.restartsMax ?? 0
    state.ended = false
    state.lost = false
    if (entry.worldSize === undefined) return
    // An elastic restart may come back with fewer ranks: the latest attempt knows.
    if (entry.attempt > this.#worldSizeAttempt) this.worldSize = entry.worldSize
    else if (entry.attempt === this.#worldSizeAttempt)
      this.worldSize = Math.max(this.worldSize ?? 0, entry.worldSize)
    this.#worldSizeAttempt = Math.max(this.#worldSizeAttempt, entry.attempt)
  }

  #takeRecords(entry: Records): void {
    const state = this.rank(entry.rank, entry.attempt)
    state.lost = false
    storedIn(state, entry.stream, entry.first + entry.count)
    this.records += entry.count
    this.logs += entry.points.count
    for (const { event } of entry.events) {
      if (countsAsLog(event)) this.logs++
      if (event.type === 'rank.end') state.status = event.status
      if (event.type === 'session.end') {
        this.createGraph ||= event.createGraph === true
        this.createSvg ||= event.createSvg === true
      }
    }
  }
}

function storedIn(state: RankState, stream: StreamId, next: number): StreamPosition {
  const position = streamOf(state, stream)
  position.stored = Math.max(position.stored, next)
  position.accepted = Math.max(position.accepted, next)
  return position
}

export function streamOf(state: RankState, stream: StreamId): StreamPosition {
  const known = state.streams.get(stream)
  if (known !== undefined) return known
  const fresh = { stored: 0, accepted: 0 }
  state.streams.set(stream, fresh)
  return fresh
}

/** The snapshot's checksum is right, so this is what a version of ours wrote: only the outline is looked at. */
function isSaved(value: unknown): value is Saved {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  return (
    isRunId(fields.get('runId')) &&
    Array.isArray(fields.get('ranks')) &&
    Array.isArray(fields.get('refused')) &&
    typeof fields.get('logs') === 'number'
  )
}
