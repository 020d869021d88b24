import type { Agent } from './agent.ts'
import type { AgentOutcome } from './outcome.ts'

/**
 * Runs an agent in a process that does nothing else. What nobody catches there ends neither the process nor its command:
 * the command's exit code is worth more than what we record.
 */
export async function superviseAgent(agent: Agent): Promise<AgentOutcome> {
  const fail = (error: unknown): void => agent.fail(error)
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  await agent.start()
  return await agent.done
}
