import { createAgent, exitCodeOf, mirrorEnd, superviseAgent } from '@provloom/agent/process'
import type { Agent, AgentMode, AggregatorRequest } from '@provloom/agent/process'
import {
  ProvloomError,
  checkOptions,
  dutyOf,
  flagOf,
  listen,
  renderError,
  say,
  signalsThat,
} from '@provloom/shared'
import { exitCode } from '../exit-code.ts'
import { commandBegins } from '../launch/begun.ts'
import { variablesFor } from '../launch/forward.ts'
import { parent } from '../launch/parent.ts'
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
  const worker: { pid?: number | undefined } = {}
  const serving = createAgent({
    mode: modeOf(command, attach, pid),
    options,
    pythonPath: pythonPath(),
    version,
    startSuccessor: (spool, heir) => startSuccessor(spool, heir, options),
    onStatus: (status) => {
      if (status.kind === 'worker-started') worker.pid = status.pid
      if (status.kind === 'worker-ended') worker.pid = undefined
    },
    ...(withAggregator === true ? { startAggregator: (request) => startAggregator(request) } : {}),
  })
  const run = parent((word) => {
    if (word === 'kill' && worker.pid !== undefined) process.kill(worker.pid, 'SIGKILL')
  })
  commandBegins()
  run?.tell('begins')
  if (typeof attach === 'string') endAfterWorker(serving, pid === undefined)
  const outcome = await superviseAgent(serving)
  switch (outcome.kind) {
    case 'exited':
    case 'killed':
      mirrorEnd(outcome)
      return exitCodeOf(outcome)
    case 'not-started':
      say(renderError(outcome.error))
      return process.exit(outcome.exitCode)
    case 'served':
      // At once: a process that ends by itself has its signals' defaults back for a while.
      return process.exit(outcome.delivery.kind === 'kept' ? exitCode.unavailable : exitCode.ok)
  }
}

/** Time for what a kept spool holds, once somebody wants us to end: docker and podman give 10 s in all. */
const STOP_MS = 8_000

/**
 * Nobody waits for an agent that was attached: a signal for the whole job is to end its worker, and it ends after that. Where
 * there is no worker, it hands in what it can.
 */
function endAfterWorker(serving: Agent, alone: boolean): void {
  for (const signal of signalsThat('quit', 'pause')) process.removeAllListeners(signal)
  listen(signalsThat('end', 'notice'), (signal) => {
    if (alone && dutyOf(signal) === 'end') void serving.stop(STOP_MS)
  })
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

const nothing = ['ignore', 'ignore', 'ignore'] as const

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
  const child = spawnSelf(args, nothing, { detached: true, env: { ...environment } })
  child.on('error', () => {})
  child.unref()
}

/** Serves what outlives the command. Not of the command's session or streams: nobody waits for it. */
function startSuccessor(spool: string, pid: number, options: Readonly<Record<string, unknown>>): void {
  const variables = variablesFor('agent', checkOptions('agent', options))
  const child = spawnSelf(['agent', '--attach', spool, '--pid', String(pid)], nothing, {
    detached: true,
    env: { ...process.env, ...variables },
  })
  child.on('error', () => {})
  child.unref()
}
