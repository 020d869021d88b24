import { createAgent } from '../../src/index.ts'
import type { Agent, AgentConfig, AgentStatus } from '../../src/index.ts'
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
  more: Partial<AgentConfig> = {},
): { readonly agent: Agent; readonly told: Told } {
  const told: Told = { lines: [], statuses: [] }
  const agent = createAgent({
    mode: { kind: 'command', argv },
    environment: { PATH: process.env['PATH'], ...more.environment },
    timing: { ...brisk, ...more.timing },
    say: (line) => told.lines.push(line),
    onStatus: (status) => told.statuses.push(status),
    ...Object.fromEntries(
      Object.entries(more).filter(([name]) => !['environment', 'timing', 'options'].includes(name)),
    ),
    options: {
      provenanceSaveDir: saveDir,
      spoolRoot: `${saveDir}/spools`,
      sampleIntervalSeconds: 0,
      ...more.options,
    },
  })
  return { agent, told }
}

/** A plain node script that logs by the spool format, as any client does. */
export function worker(name: string, ...args: readonly string[]): string[] {
  return [process.execPath, fixture(name), ...args]
}
