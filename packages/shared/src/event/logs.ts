import type { ArtifactKind, Event } from './event.ts'

/** What the name of an agent's own stream begins with: what is in it no user has logged. */
export const agentStream = 'agent-'

/** Whether an event is a log, and so counts for `saveAfterNLogs`. Metric points are logs too, one each. */
export function countsAsLog(event: Event): boolean {
  return event.type === 'param' || (event.type === 'artifact' && !isCode(event.kind))
}

/** Files that are recorded of every run, without anybody logging them: they lie in its `code/`. */
export function isCode(kind: ArtifactKind): boolean {
  return kind === 'script' || kind === 'diff' || kind === 'untracked'
}
