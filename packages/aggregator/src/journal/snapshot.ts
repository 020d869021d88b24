/**
 * `journal/snapshot`: the graph that the entries up to a journal position built, so that a restart replays only what came
 * after. A checked file of format 3: position of the graph · graph.
 *
 * What the metric store needs is in `journal/store` (rundir), written after it: the store may be behind the graph. Replay
 * begins after the store's position, and the graph takes in only what it has not seen.
 */
import { checkedBytes, isPosition, readChecked } from '@provloom/rundir/internal'
import type { FileLook } from '@provloom/rundir/internal'
import { lsn } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'

export interface Snapshot {
  /** The last entry that the graph holds. */
  readonly applied: Lsn
  readonly graph: Uint8Array
}

const format = 3

export function snapshotBytes({ applied, graph }: Snapshot): Uint8Array[] {
  return checkedBytes(format, [applied, graph])
}

/** @throws the system's error when it is there and cannot be read */
export function readSnapshot(file: string): FileLook<Snapshot> {
  return readChecked(file, format, ([applied, graph]) =>
    isPosition(applied) && graph instanceof Uint8Array ? { applied: lsn(applied), graph } : undefined,
  )
}
