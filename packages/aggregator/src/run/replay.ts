import { decodeRecord, recordsOf } from '@provloom/rundir/entry'
import type { Records, RunEntry } from '@provloom/rundir/entry'
import { lsn, payloadAt } from '@provloom/shared'
import type { SegmentLog, Damage } from '@provloom/shared'
import { nextTurn, sliceMs } from '../slices.ts'
import type { OpenRun } from './open-run.ts'
import type { Roster } from './roster.ts'

export interface ReplayOutcome {
  readonly entries: number
  readonly damage: readonly Damage[]
  /** Whole records that this version cannot read. */
  readonly unreadable: number
  /** Records of streams that were in what is damaged or unreadable: now counted as lost. */
  readonly missing: number
}

/**
 * Takes a run's journal in again. The metric store has what the Parquet parts do not hold, from `through` on; roster and
 * graph take in what comes after the snapshot.
 */
export async function replay(
  run: OpenRun,
  log: SegmentLog,
  from: { readonly applied: number; readonly through: number },
): Promise<ReplayOutcome> {
  const cursor = log.read(from.through + 1)
  const damage: Damage[] = []
  let entries = 0
  let unreadable = 0
  let missing = 0
  let sliceBegan = performance.now()
  try {
    for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
      damage.push(...chunk.damage)
      for (let k = 0; k < chunk.count; k++) {
        const look = decodeRecord(payloadAt(chunk, k))
        if (look.kind === 'bad') {
          unreadable++
          continue
        }
        const position = chunk.first + k
        let entry = look.kind === 'envelope' ? recordsOf(look.envelope) : look.entry
        if (entry.kind === 'records' && position > from.applied) {
          const gap = unexplained(run.roster, entry)
          missing += gap
          if (gap > 0) entry = { ...entry, lost: entry.lost + gap }
        }
        takeIn(run, entry, position, from.applied)
        entries++
        // Peers that come back are let in meanwhile: the doorkeeper answers in this thread.
        if (performance.now() - sliceBegan < sliceMs) continue
        await nextTurn()
        sliceBegan = performance.now()
      }
    }
  } finally {
    cursor.close()
  }
  return { entries, damage, unreadable, missing }
}

/**
 * Records between what is stored of a stream and this entry that nothing explains: an entry in between is gone. It was
 * acknowledged (an entry that was not takes those behind it along), so its records cannot be had again.
 */
function unexplained(roster: Roster, { rank, attempt, stream, first, lost }: Records): number {
  const stored = roster.find(rank, attempt)?.streams.get(stream)?.stored ?? 0
  return Math.max(0, first - stored - lost)
}

function takeIn(run: OpenRun, entry: RunEntry, position: number, applied: number): void {
  if (position > applied) {
    run.applyEntry(entry, lsn(position))
    return
  }
  if (entry.kind === 'records') run.metrics.append(lsn(position), entry)
  if (entry.kind === 'parts') run.metrics.sealed(entry.parts, entry.through)
}
