import { createAgent } from '../../src/process.ts'
import type { Agent, AgentConfig, AgentOutcome, AgentSeams, AgentStatus } from '../../src/process.ts'
import { fixture } from './place.ts'

export interface Told {
  readonly lines: string[]
  readonly statuses: AgentStatus[]
}

/** Patience short enough for tests; what is tested is order, not duration. */
export const brisk = {
  envelopeAgeMs: 20,
  slowPollMs: 200,
  idleMs: 1_000,
  answerWaitMs: 400,
  heartbeatIntervalMs: 100,
  stalledMs: 600,
  drainMs: 1_500,
  seekMinMs: 20,
  seekMaxMs: 100,
  reconsiderMs: 400,
  awayMs: 100,
}

/** An agent over a fixture, with a quiet environment of its own. */
export function agentFor(
  saveDir: string,
  argv: readonly string[],
  more: Partial<AgentConfig> & AgentSeams = {},
): { readonly agent: RunningAgent; readonly told: Told } {
  const told: Told = { lines: [], statuses: [] }
  const { timing, clock, files, connect, ...config } = more
  const agent = createAgent(
    {
      mode: { kind: 'command', argv },
      say: (line) => told.lines.push(line),
      onStatus: (status) => told.statuses.push(status),
      provenanceSaveDir: saveDir,
      spoolRoot: `${saveDir}/spools`,
      sampleIntervalSeconds: 0,
      ...config,
      environment: { PATH: process.env['PATH'], ...more.environment },
    },
    {
      timing: { ...brisk, ...timing },
      ...(clock === undefined ? {} : { clock }),
      ...(files === undefined ? {} : { files }),
      ...(connect === undefined ? {} : { connect }),
    },
  )
  return { agent: Object.assign(agent, { run: () => ran(agent) }), told }
}

export type RunningAgent = Agent & { run(): Promise<AgentOutcome> }

/** Starts it, if need be, and waits for its end. */
export async function ran(agent: Agent): Promise<AgentOutcome> {
  await agent.start()
  return await agent.done
}

/** A plain node script that logs by the spool format, as any client does. */
export function worker(name: string, ...args: readonly string[]): string[] {
  return [process.execPath, fixture(name), ...args]
}
