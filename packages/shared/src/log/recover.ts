import { frameHeaderBytes, findFrame, headerBytes, lookAtFrame } from './format.ts'

/**
 * How records say which of them were written in one commit. Then a log whose last commit lost its power half way is cut
 * at the first record that is missing: what stands behind it was synced no more than what is missing, so nobody was
 * told that it is stored.
 */
export interface CommitMarks {
  /** The record's parts, saying that it goes with the one before it; as long as they were. */
  follow(parts: readonly Uint8Array[]): readonly Uint8Array[]
  /** Whether a record says so. */
  follows(payload: Uint8Array): boolean
  /** Records below are known to have been synced. */
  readonly syncedBefore?: number
}

/** What was cut at the end of a log because a commit is not whole. */
export interface Cut {
  readonly file: string
  /** Byte offset in the file. */
  readonly offset: number
  /** The first record that is gone. */
  readonly from: number
  /** Right records that stood behind it. */
  readonly records: number
}

export interface LogEnd {
  readonly offset: number
  readonly next: number
  /** Right records behind `offset` that are not part of the log. */
  readonly cut: number
}

/**
 * Where the right records of a last segment end. Damage in the middle is passed over: it may be of records that were
 * acknowledged, and so may be what is behind it. With marks it is known when it is not: a commit is begun only when the
 * one before it is synced, so damage with no beginning of a commit behind it is in the last one.
 */
export function scanEnd(bytes: Buffer, first: number, marks: CommitMarks | undefined): LogEnd {
  const syncedBefore = marks === undefined ? Number.POSITIVE_INFINITY : (marks.syncedBefore ?? 0)
  let offset = headerBytes
  let next = first
  /** Whether the commit that is being read is known to have been synced. */
  let synced = false
  let missing: { readonly offset: number; readonly next: number } | undefined
  let behind = 0
  for (;;) {
    synced ||= next < syncedBefore
    const look = lookAtFrame(bytes, offset, next)
    if (look.kind === 'frame') {
      if (marks?.follows(bytes.subarray(offset + frameHeaderBytes, look.end)) === false) {
        synced = next < syncedBefore
        missing = undefined
      }
      behind = missing === undefined ? 0 : behind + 1
      offset = look.end
      next++
      continue
    }
    const found = findFrame(bytes, offset, next)
    if (found === undefined) break
    if (!synced) missing ??= { offset, next }
    offset = found.at
    next = found.number
  }
  return missing === undefined ? { offset, next, cut: 0 } : { ...missing, cut: behind }
}
