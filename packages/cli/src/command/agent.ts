import { createAgent, exitCodeOf, mirrorEnd, superviseAgent } from '@provloom/agent/process'
import type { AgentMode, AggregatorRequest } from '@provloom/agent/process'
import { ProvloomError, checkOptions, flagOf } from '@provloom/shared'
import { exitCode } from '../exit-code.ts'
import { variablesFor } from '../launch/forward.ts'
import { pythonPath, spawnSelf } from '../launch/self.ts'
import { version } from '../version.ts'

/**
 * `provloom agent -- command`, or `provloom agent --attach SPOOL --pid PID` for a worker that runs already.
 * Ends as its command ended: the same exit code, or the same signal.
 */
export async function agent(
  command: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { attach, pid, withAggregator, ...options } = given
  const serving = createAgent({
    mode: modeOf(command, attach, pid),
    options,
    pythonPath: pythonPath(),
    version,
    startSuccessor: (spool, heir) => startSuccessor(spool, heir, options),
    ...(withAggregator === true ? { startAggregator: (request) => startAggregator(request) } : {}),
  })
  const outcome = await superviseAgent(serving)
  switch (outcome.kind) {
    case 'exited':
    case 'killed':
      mirrorEnd(outcome)
      return exitCodeOf(outcome)
    case 'not-started':
      throw outcome.error
    case 'served':
      return outcome.delivery.kind === 'kept' ? exitCode.unavailable : exitCode.ok
  }
}

function modeOf(command: readonly string[], attach: unknown, pid: unknown): AgentMode {
  if (typeof attach === 'string') {
    if (command.length > 0) throw badMode('--attach serves a worker that runs already; it takes no command')
    return pid === undefined
      ? { kind: 'drain', spool: attach }
      : { kind: 'attach', spool: attach, pid: processId(pid) }
  }
  if (pid !== undefined) throw badMode('--pid belongs to --attach')
  return { kind: 'command', argv: command }
}

function processId(value: unknown): number {
  const pid = Number(value)
  if (Number.isInteger(pid) && pid > 1) return pid
  throw badMode(`--pid must be a process id, not ${JSON.stringify(value)}`)
}

function badMode(message: string): ProvloomError {
  return new ProvloomError('BAD_OPTION', message, {
    doing: 'read the options',
    hint: 'Wrap a command: provloom agent -- python train.py. Serve a spool: provloom agent --attach SPOOL --pid PID.',
  })
}

/** An aggregator of its own session: it outlives this agent and ends when its run is finished. */
function startAggregator({ provenanceSaveDir, jobKey, environment }: AggregatorRequest): void {
  const key = jobKey === undefined || jobKey === '' ? [] : [flagOf('jobKey'), jobKey]
  const args = [
    'aggregator',
    '--json',
    '--exit-when-done',
    flagOf('provenanceSaveDir'),
    provenanceSaveDir,
    ...key,
  ]
  const child = spawnSelf(args, { stdio: 'ignore', detached: true, env: { ...environment } })
  child.on('error', () => {})
  child.unref()
}

/** Serves what outlives the command. Not of the command's session or streams: nobody waits for it. */
function startSuccessor(spool: string, pid: number, options: Readonly<Record<string, unknown>>): void {
  const variables = variablesFor('agent', checkOptions('agent', options))
  const child = spawnSelf(['agent', '--attach', spool, '--pid', String(pid)], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...variables },
  })
  child.on('error', () => {})
  child.unref()
}
