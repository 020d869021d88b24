import { silentFirst } from './silent.ts'
import type { FellSilent } from './silent.ts'
import { stopKind } from './stop.ts'
import type { Stop, StopKind } from './stop.ts'

export interface Stopped {
  readonly stop: Stop
  /** `left`: it ended well, and the others went on and missed it. */
  readonly kind: StopKind | 'left'
  /** By the aggregator's clock, as far as its host's offset is known: its end, else its last word. */
  readonly timeUs: number | undefined
  /** By so much the time may be wrong. */
  readonly uncertaintyUs: number
}

/** `outside`: all that ended first were asked to; `peers`: ranks missed another one, and none says why. */
export type StopCause = Exclude<Stopped['kind'], 'asked' | 'peer'> | 'outside' | 'peers'

export interface StopOrder {
  /** Those that did not end well, in the order in which they stopped; before them who left. */
  readonly stopped: readonly Stopped[]
  /** As many of them, from the first on, as nothing tells apart: any of them may have been first. */
  readonly tied: number
  /** Undefined where none has stopped. */
  readonly cause: StopCause | undefined
  /** Of `peers`: who fell silent before the others, where that is seen. */
  readonly silent?: FellSilent | undefined
}

/**
 * Kinds by how surely they are no consequence of another rank's end. Of two of the same the one that stopped before the
 * other decides; of a worse kind none is first while there is a better one.
 */
const sureness: Readonly<Record<Stopped['kind'], number>> = {
  left: 0,
  memory: 0,
  disk: 0,
  crash: 0,
  error: 1,
  killed: 1,
  lost: 1,
  silent: 2,
  asked: 3,
  peer: 3,
}

/** Ends so near to each other tell nothing: a process that fails may take longer to end than one that lost its peer. */
const closeUs = 1_000_000
/** Each agent sees by itself when its process has been killed: of several that were killed at once one a little later. */
const seenUs = 10_000
/** From its last word a lost rank may have gone on unseen. */
const unseenUs = 2_000_000
/** A launcher ends the rest when a process is over, which is later than its last word: no sooner than this. */
const launcherUs = 100_000

/**
 * Who stopped first, which is not who ended first: by the kind of error (the loss of a peer is never a cause, nor a signal by
 * which a launcher ends the rest), then the last step that it logged where ends are close, then the end, by clocks corrected
 * with the offsets of their hosts.
 */
export function stopOrder(stops: Iterable<Stop>): StopOrder {
  const all = [...stops]
  const stopped = all.filter(endedBadly).map(stoppedOf)
  if (stopped.length === 0) return { stopped, tied: 0, cause: undefined }
  const outside = askedFirst(stopped)
  if (outside.length > 0) return ordered(inOrder(outside), stopped, outside.length, 'outside')
  const best = bestOf(stopped)
  if (best[0]?.kind === 'peer' || best[0]?.kind === 'asked') return peersLost(all, stopped)
  const unheard = unheardBefore(best, stopped)
  const isUnheard = unheard.length > 0
  const first = isUnheard ? unheard : best
  const order = ordered(first, stopped, 0, causeOf(first[0]!.kind))
  return { ...order, tied: tiedIn(isUnheard ? unheard : order.stopped, first.length) }
}

function causeOf(kind: Stopped['kind']): StopCause {
  if (kind === 'asked') return 'outside'
  return kind === 'peer' ? 'peers' : kind
}

/** The first ones, and behind them the others by their sureness. */
function ordered(
  first: readonly Stopped[],
  all: readonly Stopped[],
  tied: number,
  cause: StopCause,
): StopOrder {
  const named = new Set(first)
  const others = all.filter((one) => !named.has(one))
  const bySureness = [0, 1, 2, 3].map((sure) => inOrder(others.filter(({ kind }) => sureness[kind] === sure)))
  return { stopped: [...first, ...bySureness.flat()], tied, cause }
}

/** Of the surest kinds that there are. */
function bestOf(stopped: readonly Stopped[]): Stopped[] {
  const least = Math.min(...stopped.map(({ kind }) => sureness[kind]))
  return inOrder(stopped.filter(({ kind }) => sureness[kind] === least))
}

/**
 * Those that were asked to end before any other rank failed: by a batch system or a person, for a launcher only ends the rest
 * when one has. Empty where it was the launcher, or where that cannot be told from it.
 */
function askedFirst(stopped: readonly Stopped[]): Stopped[] {
  const asked = stopped.filter(({ kind }) => kind === 'asked')
  const [first] = [...asked].sort((a, b) => endOf(a) - endOf(b))
  if (first === undefined) return []
  const others = stopped.filter(({ kind }) => kind !== 'asked')
  const arePeers = others.every(({ kind }) => kind === 'peer')
  // Who loses a peer ends as soon as that; any other may take long to come to its end.
  const isAfter = (one: Stopped): boolean =>
    arePeers
      ? errorBetween(one, first) < closeUs && (one.timeUs ?? Infinity) + launcherUs >= endOf(first)
      : (one.timeUs ?? -Infinity) - closeUs - errorBetween(one, first) > endOf(first)
  return others.every(isAfter) ? asked : []
}

/** Ranks missed another one, and none has failed by itself: who had ended well before, or at least who fell silent first. */
function peersLost(all: readonly Stop[], stopped: readonly Stopped[]): StopOrder {
  const witnesses = inOrder(stopped.filter(({ kind }) => kind === 'peer'))
  const left = leftBefore(all, witnesses, stopped)
  if (left.length > 0) return ordered(left, [...left, ...stopped], left.length, 'left')
  const silent = silentFirst(stopped.map(({ stop }) => stop))
  const first =
    silent === undefined ? witnesses : stopped.filter(({ stop }) => silent.ranks.includes(stop.rank))
  return { ...ordered(inOrder(first), stopped, first.length, 'peers'), silent }
}

/** Ranks that ended well, in a step that the others went beyond, before these missed one. */
function leftBefore(
  all: readonly Stop[],
  witnesses: readonly Stopped[],
  stopped: readonly Stopped[],
): Stopped[] {
  const step = Math.min(...stopped.map(stepOf))
  const [missed] = [...witnesses].sort((a, b) => endOf(a) - endOf(b))
  if (missed === undefined || step === Infinity) return []
  return inOrder(
    all
      .filter(({ status, lastStep }) => status === 'completed' && lastStep !== undefined && lastStep < step)
      .map((stop): Stopped => ({ ...stoppedOf(stop), kind: 'left' }))
      .filter((one) => endOf(one) + errorBetween(one, missed) < endOf(missed)),
  )
}

/** Of a rank whose run ended unseen nothing is known. */
const notStopped = new Set(['completed', 'running', 'absent', 'unseen'])

function endedBadly({ status }: Stop): boolean {
  return !notStopped.has(status)
}

function stoppedOf(stop: Stop): Stopped {
  const { status, endUs, lastUs, clock } = stop
  const lastWord = lastUs === undefined ? endUs : lastUs
  const own = status === 'lost' ? lastWord : (endUs ?? lastUs)
  return {
    stop,
    kind: stopKind(stop),
    timeUs: own === undefined ? undefined : own - (clock?.offsetUs ?? 0),
    uncertaintyUs: clock?.uncertaintyUs ?? 0,
  }
}

/**
 * Where several ranks raise errors that name no cause, and others fell silent before, or at about that time, and had not come
 * farther, those errors came of that: hardly ever do ranks fail at once and each by itself.
 */
function unheardBefore(best: readonly Stopped[], stopped: readonly Stopped[]): Stopped[] {
  const errors = best.filter(({ kind }) => kind === 'error')
  if (errors.length < 2 || best[0]?.kind !== 'error') return []
  const time = Math.min(...errors.map(endOf))
  const step = Math.min(...errors.map(stepOf))
  const unheard = stopped.filter(
    (one) =>
      (one.kind === 'lost' || one.kind === 'silent') &&
      (one.timeUs ?? Infinity) <= time + closeUs &&
      stepOf(one) <= step,
  )
  return inOrder(unheard)
}

/** By their ends, but those that ended within a second of the first, as far as clocks tell, by their last steps. */
function inOrder(group: readonly Stopped[]): Stopped[] {
  const byEnd = [...group].sort((a, b) => endOf(a) - endOf(b) || a.stop.rank - b.stop.rank)
  const first = byEnd[0]
  if (first === undefined) return []
  const near = (one: Stopped): boolean => endOf(one) - endOf(first) <= closeUs + errorBetween(one, first)
  const close = byEnd.filter(near).sort((a, b) => stepOf(a) - stepOf(b) || endOf(a) - endOf(b))
  return [...close, ...byEnd.filter((one) => !near(one))]
}

function endOf({ timeUs = Infinity, kind }: Stopped): number {
  return kind === 'lost' ? timeUs + unseenUs : timeUs
}

/** Of a rank that logged nothing nothing is known. */
function stepOf({ stop }: Stopped): number {
  return stop.lastStep ?? Infinity
}

/** Nobody saw its process end: what is known is when it was heard of last. */
export function isUnseen({ kind, stop }: Stopped): boolean {
  return kind === 'silent' && stop.exitCode === undefined && stop.signal === undefined
}

/**
 * Of the first ones, which are of one sureness, those of the same last step whose ends are nearer to the first one's than their
 * clocks tell, and of those that were killed whatever their steps; and those whose ends nobody saw, where that was at the time: all were killed at once.
 */
function tiedIn(all: readonly Stopped[], best: number): number {
  const [first] = all
  if (first === undefined) return 0
  const apart = (one: Stopped): number => Math.abs(endOf(one) - endOf(first))
  const isWordless = isUnseen(first) || (first.kind === 'killed' && first.stop.error === undefined)
  // Nobody kills the others for one that is missed within so little: how far each had come says nothing.
  const areKilled = (one: Stopped): boolean =>
    [first, one].every(({ kind, stop }) => kind === 'killed' && stop.error === undefined)
  const isTied = (one: Stopped, i: number): boolean =>
    (isWordless && isUnseen(one) && apart(one) <= closeUs) ||
    (i < best && (areKilled(one) || stepOf(one) === stepOf(first)) && apart(one) <= errorBetween(one, first))
  const at = all.findIndex((one, i) => !isTied(one, i))
  return at < 0 ? all.length : at
}

function errorBetween(one: Stopped, other: Stopped): number {
  if (one === other) return 0
  const seen = one.kind === 'killed' && other.kind === 'killed' ? seenUs : 0
  // One machine has one clock.
  const host = one.stop.clock?.host
  const isOne = host !== undefined && host === other.stop.clock?.host
  return isOne ? seen : one.uncertaintyUs + other.uncertaintyUs + seen
}
