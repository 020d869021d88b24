/**
 * Which run a session belongs to: rule 2 of the sessions' design, as a pure function. Sessions of one job, experiment
 * and run name are runs 0, 1, 2, ...; a session wishes for the one that its worker counted. From there upwards the
 * first run that fits is its own. The caller journals the answer before it tells it, so that a replay gives the same.
 */
import type { Attempt, Rank, RankStatus } from '@provloom/shared'

/** One session's hold on a place of a run. A place is a rank in one attempt. */
export interface Held {
  readonly session: string
  readonly worker: string
  readonly agent: string
  readonly attempt: Attempt
  /** The attempt that it asked for; undefined where that is not known. */
  readonly told: Attempt | undefined
  readonly state: 'open' | 'ended' | 'lost'
  /** When the session began, by its own clock; undefined where nothing of it is stored yet. */
  readonly startedUs: number | undefined
  /** Of one that has ended. */
  readonly status: RankStatus | undefined
  /** Since it was last heard; of one that is open. */
  readonly silentMs: number
  /** Its agent has read its end: what is left is on its way. */
  readonly closing: boolean
}

/** A run, as far as it decides who may enter. */
export interface TurnRun {
  readonly ordinal: number
  readonly open: boolean
  readonly worldSize: number | undefined
  /** The highest attempt of any of its ranks; -1 while it has none. */
  readonly highestAttempt: number
  /** Whether it is closed with a snapshot from which it can go on. */
  readonly reopenable: boolean
  /** Ranks of the known world that never had a place in it. */
  readonly unheld: (rank: Rank) => boolean
  /** The latest hold of a rank; undefined where it never had one. */
  readonly latest: (rank: Rank) => Held | undefined
  /** Whether a rank of it was lost, or ended in its latest attempt otherwise than well. */
  readonly brokeOff: () => boolean
  /** Whether the start that is this attempt goes on, as far as is known: a rank of it has not ended, or all ended well. */
  readonly attemptGoesOn: (attempt: number) => boolean
  /** The attempt of the rank that a session holds, the latest or an earlier one. */
  readonly attemptOf: (rank: Rank, session: string) => Attempt | undefined
  /** Whether an attempt of the rank is anybody's. */
  readonly isHeld: (rank: Rank, attempt: Attempt) => boolean
  /** Whether other ranks are in it. */
  readonly hasOthers: (rank: Rank) => boolean
}

/** A session that asks to be let in. */
export interface Newcomer {
  readonly session: string
  readonly worker: string
  readonly agent: string
  readonly rank: Rank
  /** A lower bound. */
  readonly attempt: Attempt
  /** When it began, by its own clock. */
  readonly startedUs: number
  readonly ordinal: number
  readonly worldSize: number | undefined
  /** Nobody told its rank: a lone process. */
  readonly alone: boolean
  /** Its rank was said by hand, and nobody told of how many it is one. */
  readonly byHand: boolean
  readonly restarts: 'all' | 'one' | undefined
}

/** A newcomer to one of the runs, and whether there is a sign that its launcher starts ranks again in it. */
type Entrant = Newcomer & { readonly again: () => boolean }

export type Turn<Run> =
  /** No run of this ordinal is there: it opens it. */
  | {
      readonly kind: 'opens'
      readonly ordinal: number
      readonly attempt: number
      readonly after: Run | undefined
    }
  | { readonly kind: 'enters'; readonly run: Run; readonly attempt: number; readonly lost: Held | undefined }
  /** The run is closed and goes on from its snapshot. */
  | { readonly kind: 'reopens'; readonly run: Run; readonly attempt: number }
  /** It has ended in this run already: nothing is left to be done but to say so. */
  | { readonly kind: 'over'; readonly run: Run }
  /** The place is still held by one that ends, or that may be gone: ask again. */
  | { readonly kind: 'later'; readonly run: Run }
  /** The place is held by one that lives: somebody's rank is wrong. */
  | { readonly kind: 'conflict'; readonly run: Run; readonly holder: Held }

export interface TurnLimits {
  /** Heard within this, a holder lives. */
  readonly livingMs: number
  /** Silent for this, it is lost. */
  readonly lostMs: number
}

/**
 * @param runs of the newcomer's job, experiment and run name, by ordinal
 */
export function turnOf<Run extends TurnRun>(
  asking: Newcomer,
  runs: ReadonlyMap<number, Run>,
  limits: TurnLimits,
): Turn<Run> {
  const newcomer = { ...asking, attempt: attemptKnown(asking, runs.values()) }
  // Where it is already it stays, whatever came to its place after it.
  for (const run of runs.values()) {
    const own = ownTurn(newcomer, run)
    if (own !== undefined) return own
  }
  for (let ordinal = newcomer.ordinal; ; ordinal++) {
    const run = runs.get(ordinal)
    if (run === undefined) return { kind: 'opens', ordinal, attempt: newcomer.attempt, after: undefined }
    const turn = turnIn({ ...newcomer, again: wasBrokenOff(run, runs) }, run, limits)
    if (turn !== 'next') return turn
  }
}

/** Whether this turn of the job or a later one broke off: then a new worker is a start from the beginning. */
function wasBrokenOff(run: TurnRun, runs: ReadonlyMap<number, TurnRun>): () => boolean {
  return () => [...runs.values()].some((later) => later.ordinal >= run.ordinal && later.brokeOff())
}

/** The same for one that was named by its id: there is no next one. */
export function turnInNamed<Run extends TurnRun>(
  newcomer: Newcomer,
  run: Run,
  limits: TurnLimits,
): Turn<Run> | 'ended' {
  const turn = ownTurn(newcomer, run) ?? turnIn({ ...newcomer, again: () => false }, run, limits)
  if (turn !== 'next' && turn.kind !== 'opens') return turn
  // Its place has ended there: whoever names the run wants to go on in it.
  const attempt = Math.max(run.highestAttempt + 1, newcomer.attempt)
  if (run.open) return { kind: 'enters', run, attempt, lost: undefined }
  return run.reopenable ? { kind: 'reopens', run, attempt } : 'ended'
}

function turnIn<Run extends TurnRun>(newcomer: Entrant, run: Run, limits: TurnLimits): Turn<Run> | 'next' {
  const held = run.latest(newcomer.rank)
  return run.open ? turnInOpen(newcomer, run, held, limits) : turnInClosed(newcomer, run, held)
}

function ownTurn<Run extends TurnRun>({ rank, session }: Newcomer, run: Run): Turn<Run> | undefined {
  const attempt = run.attemptOf(rank, session)
  return attempt === undefined ? undefined : { kind: 'enters', run, attempt, lost: undefined }
}

function turnInOpen<Run extends TurnRun>(
  newcomer: Entrant,
  run: Run,
  held: Held | undefined,
  limits: TurnLimits,
): Turn<Run> | 'next' {
  const enters = (attempt: number, lost?: Held): Turn<Run> => ({ kind: 'enters', run, attempt, lost })
  if (held === undefined) return enters(attemptFor(newcomer, run))
  if (newcomer.attempt > held.attempt) return enters(attemptFor(newcomer, run))
  // The holder got a higher one than it asked for: its rank was started again since.
  if (held.told !== undefined && newcomer.attempt > held.told) return enters(nextAttempt(newcomer, run, held))
  if (isLate(newcomer, held)) {
    const isFree = !run.isHeld(newcomer.rank, newcomer.attempt)
    return enters(isFree ? newcomer.attempt : nextAttempt(newcomer, run, held))
  }
  switch (held.state) {
    case 'ended':
      return startsAgain(newcomer, run, held) ? enters(nextAttempt(newcomer, run, held)) : 'next'
    case 'lost':
      return isLone(newcomer, run) ? 'next' : enters(nextAttempt(newcomer, run, held), held)
    case 'open':
      if (held.silentMs < limits.livingMs) {
        if (held.closing) return { kind: 'later', run }
        return isLone(newcomer, run) && held.agent !== newcomer.agent
          ? 'next'
          : { kind: 'conflict', run, holder: held }
      }
      if (held.silentMs < limits.lostMs) return { kind: 'later', run }
      return isLone(newcomer, run) ? 'next' : enters(nextAttempt(newcomer, run, held), held)
  }
}

function turnInClosed<Run extends TurnRun>(
  newcomer: Entrant,
  run: Run,
  held: Held | undefined,
): Turn<Run> | 'next' {
  // Where attempts were given that nobody had told, only the open run can say which one it is.
  if (held !== undefined && run.reopenable && run.highestAttempt > 0 && isFirstOfStart(newcomer, run))
    return { kind: 'reopens', run, attempt: newcomer.attempt }
  const attempt = comesBack(newcomer, run, held)
  if (attempt === undefined) return 'next'
  if (run.reopenable) return { kind: 'reopens', run, attempt }
  // Nothing is left to go on from: a new run in its turn, informed by it.
  return { kind: 'opens', ordinal: run.ordinal, attempt, after: run }
}

/** The attempt with which a closed run would go on for the newcomer; undefined where it is none of its own. */
function comesBack(newcomer: Entrant, run: TurnRun, held: Held | undefined): number | undefined {
  if (held === undefined) {
    const isNew = run.unheld(newcomer.rank) || joinsLater(newcomer, run)
    return isNew ? attemptFor(newcomer, run) : undefined
  }
  if (newcomer.attempt > held.attempt) return attemptFor(newcomer, run)
  return startsAgain(newcomer, run, held) ? nextAttempt(newcomer, run, held) : undefined
}

/**
 * Whether a place that has ended is taken again by a launcher that starts ranks again: by a new worker, in its first
 * session of that name, where the place did not end well, where others are in a later attempt already, or where
 * this run or a later one broke off.
 */
function startsAgain(newcomer: Entrant, run: TurnRun, held: Held): boolean {
  if (!isFirstOfStart(newcomer, run) || newcomer.worker === held.worker) return false
  if (held.state === 'lost' || (held.status !== 'completed' && held.status !== 'incomplete')) return true
  return run.highestAttempt > held.attempt || newcomer.again()
}

/** A rank that the world of the run did not have: its launcher starts all of them again, with more. */
function joinsLater(newcomer: Entrant, run: TurnRun): boolean {
  const allAgain = newcomer.restarts === 'all' && isFirstOfStart(newcomer, run)
  return allAgain && isOtherWorld(newcomer, run) && newcomer.again()
}

/** A worker is one start of its rank: in which attempt it was in another run, it is in this one. */
function attemptKnown({ attempt, restarts, rank, worker }: Newcomer, runs: Iterable<TurnRun>): Attempt {
  let known = attempt
  if (restarts !== 'all') return known
  for (const run of runs) {
    const held = run.latest(rank)
    if (held?.worker === worker && held.attempt > known) known = held.attempt
  }
  return known
}

/**
 * An attempt that was never let in before its rank was started again: killed while nobody answered, say. It began before
 * the one that holds the place now.
 */
function isLate({ attempt, startedUs }: Newcomer, held: Held): boolean {
  return attempt < held.attempt && held.startedUs !== undefined && startedUs < held.startedUs
}

/** Its worker's first session of that name, or as many as the run is: what its launcher starts again it may be. */
function isFirstOfStart({ restarts, ordinal }: Newcomer, run: TurnRun): boolean {
  return restarts !== undefined && ordinal === run.ordinal
}

/** Launchers that start all ranks again count their starts alike on all of them, but not each of them counts. */
function attemptFor(newcomer: Newcomer, run: TurnRun): number {
  const { attempt, restarts } = newcomer
  if (restarts !== 'all') return attempt
  return Math.max(attempt, run.highestAttempt + (isOtherWorld(newcomer, run) ? 1 : 0))
}

/** Ranks that are started together agree how many they are. */
function isOtherWorld({ worldSize }: Newcomer, run: TurnRun): boolean {
  return worldSize !== undefined && run.worldSize !== undefined && worldSize !== run.worldSize
}

/** The attempt that goes on in the run and is later than the place's, else one more than any. */
function nextAttempt({ attempt, restarts }: Newcomer, run: TurnRun, held: Held): number {
  if (restarts === 'one') return Math.max(attempt, held.attempt + 1)
  const highest = run.highestAttempt
  const joins = highest > held.attempt && run.attemptGoesOn(highest)
  return Math.max(attempt, joins ? highest : Math.max(highest, held.attempt) + 1)
}

/**
 * A job of one process: nobody else could be its rank. So is, as far as anybody can see, a rank 0 that a script always
 * says: several of one shell are trials of each other.
 */
function isLone({ worldSize, alone, byHand, rank }: Newcomer, run: TurnRun): boolean {
  if (byHand) return run.worldSize === undefined && !run.hasOthers(rank)
  return worldSize === 1 || (alone && (worldSize ?? 1) === 1)
}
