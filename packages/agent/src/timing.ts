import { limits } from '@provloom/shared'

/** How long the agent waits for what. Defaults are the limits of the whole; tests and benches shorten them. */
export interface Timing {
  /** Oldest record held back to fill an envelope. */
  readonly envelopeAgeMs: number
  /** A quiet stream is looked at this often, for file systems that do not tell of changes. */
  readonly slowPollMs: number
  /** A hello or bye without answer is said again after this. */
  readonly answerWaitMs: number
  readonly heartbeatIntervalMs: number
  /**
   * Envelopes in flight without any progress for this long: say hello anew and go on from what it answers. Less than
   * `drainMs`, so that draining does not give up before it.
   */
  readonly stalledMs: number
  /** What is still being asked of interpreter, host and git when the worker ends gets this long. */
  readonly factsMs: number
  /** Giving up at the end when nothing moves. */
  readonly drainMs: number
  /** Files that are holes, all but, and what ranks read, are read for so long behind the end of their session. */
  readonly holesMs: number
  /** Looking for a connection file: at first this often, and half as often each time down to the other. */
  readonly seekMinMs: number
  readonly seekMaxMs: number
  /** A tree whose founder lives and has no session open is left after this long. */
  readonly idleMs: number
  /** Without answer for this long, the connection file is read again. */
  readonly reconsiderMs: number
  /** An aggregator that is away so long is not waited for with what is only of use while it is here. */
  readonly awayMs: number
}

export const defaultTiming: Timing = {
  envelopeAgeMs: limits.envelopeAgeMs,
  slowPollMs: 1_000,
  answerWaitMs: 1_000,
  heartbeatIntervalMs: limits.heartbeatIntervalMs,
  stalledMs: 4_000,
  factsMs: limits.factsMs,
  drainMs: limits.drainMs,
  holesMs: 60_000,
  seekMinMs: 250,
  seekMaxMs: 2_000,
  idleMs: 60_000,
  reconsiderMs: 3_000,
  awayMs: 1_000,
}
