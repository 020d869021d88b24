// The door of what a process needs that is an agent: docs/library.md. It loads no training calls.
export { createAgent } from './agent.ts'
export type { Agent } from './agent.ts'
export type { AgentOutcome } from './outcome.ts'
export { superviseAgent } from './supervise.ts'
export type {
  AgentConfig,
  AgentMode,
  AgentSeams,
  AggregatorRequest,
  ReadPoints,
  StoredPoint,
} from './config.ts'
export type * from './status.ts'
export type { Timing } from './timing.ts'
