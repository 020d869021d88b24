/** What tells who is slow, the best first: in lockstep all ranks take the same time a step, but not the same to compute. */
export const paceKeys: readonly string[] = ['compute_time', 'step_time', 'batch_time', 'iteration_time']

/** What the clients' step timers write beside it (docs/metrics.md). */
const waitKey = 'wait_time'

/**
 * By which the clients' step timers say how far it is to go: the key, and the sources of how many steps there are to be in all,
 * and of the step behind the last of the loop that has begun at the point's step.
 */
export const stepsSeries = { key: 'steps', total: 'step', loop: 'data' } as const

/**
 * Whether a metric tells how long ranks take for a step, what of it they wait, or how far it is to go: a run's head has these before others, so
 * that who is slow is known of a run of any number of metrics without looking for them.
 */
export function isOfPace({
  key,
  source,
}: {
  readonly key: string
  readonly source?: string | null
}): boolean {
  const isTimers = source !== undefined && source !== null
  return paceKeys.includes(key) || (isTimers && (key === waitKey || key === stepsSeries.key))
}
