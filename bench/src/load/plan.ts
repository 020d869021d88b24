/** What a load generator is told, and what it tells; JSON over the channel of a forked process. */
export interface Plan {
  readonly connectionFile: string
  readonly jobKey: string
  readonly firstRank: number
  readonly ranks: number
  readonly worldSize: number
  readonly seriesPerRank: number
  readonly recordsPerEnvelope: number
  readonly envelopesPerRank: number
  /** Milliseconds between a rank's envelopes; 0 sends as fast as credit lets. */
  readonly intervalMs: number
  /** Every envelope has points of its own; otherwise a few sets are repeated, which costs the generator nothing. */
  readonly fresh?: boolean
  /** Ranks log what this tells, and not always the same ten series; `envelopesPerRank` and `seriesPerRank` follow from it. */
  readonly training?: Training
}

/** A run as people have them: the same steps on all ranks, of which a few are not as the others. */
export interface Training {
  readonly steps: number
  /** Further metrics of rank 0, of a hundred points each. */
  readonly more: number
  /** When the first step was: microseconds since the Unix epoch. */
  readonly beganUs: number
}

export type Order =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'go' }
  /** Says bye, final, for every rank. */
  | { readonly kind: 'bye' }
  | { readonly kind: 'end' }

/** Times are milliseconds of the machine's monotonic clock, which all its processes share. */
export type Report =
  /** Every rank is welcome and its series are acknowledged. */
  | { readonly kind: 'ready'; readonly atMs: number }
  | {
      readonly kind: 'acknowledged'
      readonly beganMs: number
      readonly atMs: number
      readonly bytes: number
      readonly envelopes: number
      /** Milliseconds from send to acknowledgement, of every envelope. */
      readonly latencies: readonly number[]
    }
  | { readonly kind: 'farewell'; readonly atMs: number }
  /** After the aggregator was gone: all ranks are welcome again. */
  | { readonly kind: 'back'; readonly atMs: number }
  | { readonly kind: 'failed'; readonly message: string }

export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
