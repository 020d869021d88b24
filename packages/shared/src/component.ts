/**
 * A part with a life of its own. `start` and `stop` are safe to call twice, and `stop` before `start`;
 * `stop` drains until the deadline and then gives up loudly, by its result.
 */
export interface Component {
  start(): Promise<void>
  /** @param deadlineMs how long draining may take, from now */
  stop(deadlineMs: number): Promise<StopOutcome>
}

export type StopOutcome = { readonly kind: 'drained' } | { readonly kind: 'gave-up'; readonly left: string }

export const drained: StopOutcome = { kind: 'drained' }
