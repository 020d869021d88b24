import type { Hello, PlaceEnd } from '@provloom/shared'
import type { SessionOutcome } from '../session/outcome.ts'

/** How a place ended that is not collected, and in which turn, where its process named any; nothing of one whose end nobody saw. */
export function placeEndOf(
  { rank, attempt, asked, runName, ordinal, runId, silent }: Hello,
  end: Extract<SessionOutcome, { kind: 'not-collected' }>['end'],
): PlaceEnd[] {
  if (end?.type !== 'rank.end') return []
  const { status, time, exitCode, signal, error } = end
  const turn = {
    ordinal,
    ...(asked.experimentName === undefined ? {} : { experimentName: asked.experimentName }),
    ...(runName === undefined ? {} : { runName }),
    ...(runId === undefined ? {} : { runId }),
  }
  return [
    {
      rank,
      attempt,
      ...(silent === true ? {} : { turn }),
      status,
      ...(time === undefined ? {} : { endUs: time }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(signal === undefined ? {} : { signal }),
      ...(error === undefined ? {} : { error }),
    },
  ]
}
