/** What tells who is slow, the best first: in lockstep all ranks take the same time a step, but not the same to compute. */
export const paceKeys: readonly string[] = ['compute_time', 'step_time', 'batch_time', 'iteration_time']

/** What the clients' step timers write beside it (docs/metrics.md). */
const waitKey = 'wait_time'

/**
 * Whether a metric tells how long ranks take for a step, or what of it they wait: a run's head has these before others, so
 * that who is slow is known of a run of any number of metrics without looking for them.
 */
export function isOfPace({
  key,
  source,
}: {
  readonly key: string
  readonly source?: string | null
}): boolean {
  return paceKeys.includes(key) || (key === waitKey && source !== undefined && source !== null)
}
