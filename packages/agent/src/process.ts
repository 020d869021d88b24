// What a process needs that is an agent and nothing else: the package without the client for training code.
export { createAgent } from './agent.ts'
export type { Agent, AgentOutcome } from './agent.ts'
export { firstInJob } from './place/launched.ts'
export { superviseAgent } from './supervise.ts'
export type { AgentConfig, AgentMode, AggregatorRequest } from './config.ts'
export { exitCodeOf, mirrorEnd } from './launch/mirror.ts'
export type { CommandEnd } from './launch/command.ts'
