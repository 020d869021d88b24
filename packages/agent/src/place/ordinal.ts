/** A session as it is counted. */
export interface Counted {
  /** The process right below the launcher, else the tree's founder: a restarted rank is a new worker. */
  readonly worker: string
  readonly rank: number
  readonly attempt: number
  readonly experimentName: string
  readonly runName?: string
}

/** How many sessions came so far, by what they are counted under. The caller keeps it. */
export type SessionCounts = ReadonlyMap<string, number>

/**
 * The ordinal of a session: how many of this experiment and run name came before at this place under this worker, open
 * or not. A new worker and a new attempt count from 0: they meet the runs of those before them.
 */
export function countSession(
  before: SessionCounts,
  session: Counted,
): { readonly ordinal: number; readonly after: SessionCounts } {
  const { worker, rank, attempt, experimentName, runName } = session
  const key = JSON.stringify([worker, rank, attempt, experimentName, runName ?? null])
  const ordinal = before.get(key) ?? 0
  return { ordinal, after: new Map(before).set(key, ordinal + 1) }
}
