import type { ProvloomError } from '@provloom/shared'
import type { CommandEnd, NotStartedCode } from './launch/command.ts'
import type { Delivery } from './status.ts'

/** How an agent's work ended. `exited` and `killed` are the command's own end. */
export type AgentOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly delivery: Delivery }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals; readonly delivery: Delivery }
  | { readonly kind: 'not-started'; readonly exitCode: NotStartedCode; readonly error: ProvloomError }
  /** Of `tree` and `drain`, and of an agent that was stopped before its command ended. */
  | { readonly kind: 'served'; readonly delivery: Delivery }

/** There was nothing to record, or nothing is known of it. */
export const noRecord: Delivery = { kind: 'none' }

export function outcomeOf(end: CommandEnd | undefined, delivery: Delivery): AgentOutcome {
  return end === undefined ? { kind: 'served', delivery } : { ...end, delivery }
}
