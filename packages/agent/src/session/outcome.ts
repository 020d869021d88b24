import { limits, reasonOf } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import type { ReaderProblem } from '../spool/stream-reader.ts'
import type { Context } from '../context.ts'
import type { rankEndOf } from './rank-end.ts'
import type { SessionFolder } from './folder.ts'
import { countRecords } from './history.ts'
import type { Fact } from '../spool/own-stream.ts'
import { countingMs } from './waits.ts'

export interface RunPlace {
  readonly runId: RunId
  readonly runDir: string
}

/** What became of a session. */
export type SessionOutcome =
  /** The document on disk holds it; its folder is gone. */
  | { readonly kind: 'delivered'; readonly run: RunPlace | undefined }
  /** With its end, where anybody saw it. */
  | { readonly kind: 'not-collected'; readonly end: ReturnType<typeof rankEndOf> | undefined }
  /** So many records, or more where there was no time to count, are still in its folder. */
  | { readonly kind: 'kept'; readonly records: number; readonly reason: string }
  /** It goes on without this agent. */
  | { readonly kind: 'left' }

/** @param marks records of each stream that are acknowledged */
export async function keptRecords(
  { clock, files }: Context,
  folder: SessionFolder,
  marks: Readonly<Record<string, number>>,
): Promise<number> {
  const until = clock.monotonicMs() + countingMs
  const late = (): boolean => clock.monotonicMs() > until
  const { records } = await countRecords(files, folder, (stream) => marks[stream] ?? 0, late)
  return records
}

/** @param sought where an aggregator was looked for; undefined where one has answered */
export function whyKept(overflow: number, sought: string | undefined): string {
  if (overflow > 0)
    return `${overflow} streams are more than the ${limits.streamsPerRankMax} that a rank may have`
  return sought === undefined ? 'the aggregator did not answer' : `no aggregator answered (${sought})`
}

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

/** Of a stream that can be read: what is wrong in it. */
export function problemFact({ kind }: ReaderProblem, message: string): Fact {
  return kind === 'oversized'
    ? { type: 'problem', code: 'RECORD_TOO_LARGE', message }
    : { type: 'problem', code: 'BAD_RECORD', message }
}

export function failureOf(error: unknown): SessionOutcome {
  return { kind: 'kept', records: 0, reason: reasonOf(error) }
}
