import { stopKind } from './stop.ts'
import type { Stop, StopKind } from './stop.ts'

export interface Stopped {
  readonly stop: Stop
  readonly kind: StopKind
  /** By the aggregator's clock, as far as its host's offset is known: its end, else its last word. */
  readonly timeUs: number | undefined
  /** By so much the time may be wrong. */
  readonly uncertaintyUs: number
}

export interface StopOrder {
  /** Those that did not end well, in the order in which they stopped. */
  readonly stopped: readonly Stopped[]
  /** As many of them, from the first on, as nothing tells apart: any of them may have been first. */
  readonly tied: number
}

/**
 * Kinds by how surely they are no consequence of another rank's end. Of two of the same the one that stopped before the
 * other decides; of a worse kind none is first while there is a better one.
 */
const sureness: Readonly<Record<StopKind, number>> = {
  memory: 0,
  disk: 0,
  crash: 0,
  error: 1,
  killed: 1,
  lost: 1,
  silent: 2,
  asked: 3,
  peer: 4,
}

/** Ends so near to each other tell nothing: a process that fails may take longer to end than one that lost its peer. */
const closeUs = 1_000_000
/** Each agent sees by itself when its process has been killed: of several that were killed at once one a little later. */
const seenUs = 10_000
/** From its last word a lost rank may have gone on unseen. */
const unseenUs = 2_000_000

/**
 * Who stopped first, which is not who ended first: by the kind of error (the loss of a peer is never a cause), then the last
 * step that it logged where ends are close, then the end, by clocks corrected with the offsets of their hosts.
 */
export function stopOrder(stops: Iterable<Stop>): StopOrder {
  const stopped = [...stops].filter(endedBadly).map(stoppedOf)
  const groups = new Map<number, Stopped[]>()
  for (const one of stopped) {
    const sure = sureness[one.kind]
    const group = groups.get(sure)
    if (group === undefined) groups.set(sure, [one])
    else group.push(one)
  }
  const ordered = [...groups].sort(([a], [b]) => a - b).map(([, group]) => inOrder(group))
  const [best = []] = ordered
  const unheard = unheardBefore(best, stopped)
  if (unheard.length === 0) return { stopped: ordered.flat(), tied: tiedIn(ordered.flat(), best.length) }
  const others = ordered.flat().filter((one) => !unheard.includes(one))
  return { stopped: [...unheard, ...others], tied: tiedIn(unheard, unheard.length) }
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
 * clocks tell; and those whose ends nobody saw, where that was at the time: all were killed at once.
 */
function tiedIn(all: readonly Stopped[], best: number): number {
  const [first] = all
  if (first === undefined) return 0
  const apart = (one: Stopped): number => Math.abs(endOf(one) - endOf(first))
  const isWordless = isUnseen(first) || (first.kind === 'killed' && first.stop.error === undefined)
  const isTied = (one: Stopped, i: number): boolean =>
    (isWordless && isUnseen(one) && apart(one) <= closeUs) ||
    (i < best && stepOf(one) === stepOf(first) && apart(one) <= errorBetween(one, first))
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
