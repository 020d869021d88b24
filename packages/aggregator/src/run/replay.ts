import { decodeRecord, recordsOf } from '@provloom/rundir/entry'
import type { Records, RunEntry, Skipped } from '@provloom/rundir/entry'
import type { Damage, Lsn, SegmentLog } from '@provloom/shared'
import { lsn, payloadAt } from '@provloom/shared'
import { Slice, nextTurn } from '../slices.ts'
import type { Readers } from './readers.ts'

export interface ReplayOutcome {
  readonly damage: readonly Damage[]
  /** Whole records that this version cannot read. */
  readonly unreadable: number
  /** Records of streams that were in what is damaged or unreadable: now counted as lost. */
  readonly missing: number
  /** The first entry that could be read and not be taken in. */
  readonly skipped: { readonly position: Lsn; readonly reason: string } | undefined
}

/**
 * Takes a run's journal in again, by the way that is used live. The metric store has what the Parquet parts do not
 * hold, from `from` on; the graph takes in what comes after its snapshot.
 */
export async function replay(readers: Readers, log: SegmentLog, from: number): Promise<ReplayOutcome> {
  const cursor = log.read(from)
  const damage: Damage[] = []
  let unreadable = 0
  let missing = 0
  let skipped: ReplayOutcome['skipped']
  const slice = new Slice()
  try {
    for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
      damage.push(...chunk.damage)
      const lost = chunk.damage.reduce((sum, one) => sum + one.lost, 0)
      const unknown = Math.min(lost, chunk.first - 1 - readers.position)
      if (unknown > 0) readers.take(lsn(chunk.first - 1), goneFor(unknown, 'damaged'))
      for (let k = 0; k < chunk.count; k++) {
        const position = lsn(chunk.first + k)
        const entry = entryOf(payloadAt(chunk, k))
        if (entry.kind === 'skipped') unreadable++
        if (entry.kind === 'records' && position > readers.position) missing += unexplained(readers, entry)
        const reason = readers.take(position, entry)
        if (reason !== undefined) skipped ??= { position, reason }
        // Peers that come back are let in meanwhile: the doorkeeper answers in this thread.
        if (!slice.isOver) continue
        await nextTurn()
        slice.begin()
      }
    }
  } finally {
    cursor.close()
  }
  return { damage, unreadable, missing, skipped }
}

function entryOf(payload: Buffer): RunEntry | Skipped {
  const look = decodeRecord(payload)
  if (look.kind === 'bad') return goneFor(1, look.reason)
  return look.kind === 'envelope' ? recordsOf(look.envelope) : look.entry
}

function goneFor(entries: number, reason: string): Skipped {
  return { kind: 'skipped', entries, reason }
}

/** Records between what a stream has come to and this entry that nothing explains: an entry in between is gone. */
function unexplained({ roster }: Readers, { rank, attempt, stream, first, lost }: Records): number {
  const next = roster.find(rank, attempt)?.streams.get(stream)?.next ?? 0
  return Math.max(0, first - next - lost)
}
