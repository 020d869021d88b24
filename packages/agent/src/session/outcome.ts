import { limits, reasonOf } from '@provloom/shared'
import type { Settled, Welcome } from '@provloom/shared'
import type { ReaderProblem } from '../spool/stream-reader.ts'
import type { rankEndOf } from './ending.ts'

/** What became of a session. */
export type SessionOutcome =
  /** The document on disk holds it; its folder is gone. */
  | { readonly kind: 'delivered'; readonly welcome: Welcome; readonly settled: Settled | undefined }
  | { readonly kind: 'not-collected'; readonly end: ReturnType<typeof rankEndOf> }
  /** So many records, or more where there was no time to count, are still in its folder. */
  | { readonly kind: 'kept'; readonly records: number; readonly reason: string }
  /** It goes on without this agent. */
  | { readonly kind: 'left' }

export function describeProblem(problem: ReaderProblem): string {
  switch (problem.kind) {
    case 'damage':
      return `${problem.damage.lost} records are damaged at byte ${problem.damage.offset} of ${problem.damage.file}`
    case 'oversized':
      return `record ${problem.number} of ${problem.stream} has ${problem.bytes} bytes, more than an event may have; it is left out`
    case 'unreadable':
      return `the stream ${problem.stream} cannot be read: ${problem.reason}`
  }
}

/** @param refused what the aggregator said last, if it did not let the session in */
export function whyKept(refused: string | undefined, overflow: number, welcomed: boolean): string {
  if (refused !== undefined) return refused
  if (overflow > 0)
    return `${overflow} streams are more than the ${limits.streamsPerRankMax} that a rank may have`
  return welcomed ? 'the aggregator did not answer' : 'no aggregator answered'
}

export function failureOf(error: unknown): SessionOutcome {
  return { kind: 'kept', records: 0, reason: reasonOf(error) }
}
