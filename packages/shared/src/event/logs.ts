import type { ArtifactKind, Event } from './event.ts'

/** What the name of an agent's own stream begins with: what is in it no user has logged. */
export const agentStream = 'agent-'

/** The source of what an agent has read of TensorBoard's event files: users' own logs, told from those that they log here too. */
export const tensorboardSource = 'tensorboard'

/** Whether a series is what a user has logged, and not what is measured beside the script or by a step timer. */
export function isLogged({
  source,
  measures,
}: {
  readonly source?: string | undefined
  readonly measures?: string | undefined
}): boolean {
  return measures === undefined && (source === undefined || source === tensorboardSource)
}

/** Whether an event is a log, and so counts for `saveAfterNLogs`. Metric points are logs too, one each. */
export function countsAsLog(event: Event): boolean {
  return event.type === 'param' || (event.type === 'artifact' && !isCode(event.kind))
}

/** Files that are recorded of every run, without anybody logging them: they lie in its `code/`. */
export function isCode(kind: ArtifactKind): boolean {
  return kind === 'script' || kind === 'diff' || kind === 'untracked'
}
