import { exitCodeOf, mirrorEnd } from '@provloom/agent/internal'
import { createAgent, superviseAgent } from '@provloom/agent/process'
import type { AgentMode, AggregatorRequest } from '@provloom/agent/process'
import {
  ProvloomError,
  checkOptions,
  exitCode,
  flagOf,
  listen,
  renderError,
  say,
  signalsThat,
} from '@provloom/shared'
import type { StartFailure } from '@provloom/shared'
import { tellChangedArguments } from '../launch/argument-bytes.ts'
import { commandBegins } from '../launch/begun.ts'
import { failureOf } from '../launch/start-failure.ts'
import { variablesFor } from '../launch/forward.ts'
import { parent } from '../launch/parent.ts'
import { pythonDoors, pythonPath, spawnSelf } from '../launch/self.ts'
import { tellMisspeltOnce } from '../output/misspelt.ts'

/**
 * `provloom agent -- command`, or `provloom agent --tree FOLDER` for processes that run already.
 * Ends as its command ended: the same exit code, or the same signal.
 */
export async function agent(
  command: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { tree, withAggregator, ...options } = given
  if (typeof tree !== 'string') tellMisspeltOnce(options['rank'])
  tellChangedArguments()
  const starts = withAggregator === true || typeof tree === 'string'
  const [client, doors] = [pythonPath(), pythonDoors()]
  const worker: { pid?: number | undefined } = {}
  const run = parent((word) => {
    if (word === 'kill' && worker.pid !== undefined) process.kill(worker.pid, 'SIGKILL')
  })
  const serving = createAgent({
    mode: modeOf(command, tree),
    ...checkOptions('agent', options),
    ...(client === undefined ? {} : { pythonPath: client }),
    ...(doors === undefined ? {} : { pythonDoors: doors }),
    readPoints: async (...asked) => (await import('../launch/read-points.ts')).readPoints(...asked),
    startSuccessor: (folder) => startSuccessor(folder, options),
    onStatus: (status) => {
      if (status.kind === 'worker-started') {
        worker.pid = status.pid
      }
      if (status.kind === 'worker-ended') {
        worker.pid = undefined
        // What becomes of us until we have handed all in changes nothing of it.
        if (status.end !== undefined) run?.tell({ end: status.end })
      }
    },
    ...(run?.channel === undefined
      ? {}
      : { starter: { channel: run.channel, begins: () => run.tell('begins') } }),
    ...(starts ? { startAggregator: (request) => startAggregator(request) } : {}),
  })
  commandBegins()
  run?.tell('listens')
  if (typeof tree === 'string') endAfterProcesses()
  const outcome = await superviseAgent(serving)
  switch (outcome.kind) {
    case 'exited':
    case 'killed':
      mirrorEnd(outcome)
      return exitCodeOf(outcome)
    case 'not-started':
      say(renderError(outcome.error))
      run?.tell({ end: { kind: 'exited', code: outcome.exitCode } })
      return process.exit(outcome.exitCode)
    case 'served':
      // At once: a process that ends by itself has its signals' defaults back for a while.
      return process.exit(outcome.delivery.kind === 'kept' ? exitCode.unavailable : exitCode.ok)
  }
}

/** Nobody waits for it, and a signal for the whole job is to end its processes first: it ends after them. */
function endAfterProcesses(): void {
  for (const signal of signalsThat('quit', 'pause')) process.removeAllListeners(signal)
  listen(signalsThat('end', 'notice'), () => undefined)
}

function modeOf(command: readonly string[], tree: unknown): AgentMode {
  if (typeof tree !== 'string') return { kind: 'command', argv: command }
  if (command.length === 0) return { kind: 'tree', folder: tree }
  throw new ProvloomError('BAD_OPTION', '--tree serves processes that run already; it takes no command', {
    doing: 'read the options',
    to: '--tree',
    hint: 'Wrap a command: provloom agent -- python train.py.',
  })
}

/**
 * An aggregator of its own session: it outlives this agent and ends when nobody of its job is left.
 *
 * @returns why it does not listen
 */
function startAggregator({
  meetDir,
  jobKey,
  generation,
  environment,
}: AggregatorRequest): Promise<StartFailure | undefined> {
  const args = [
    'aggregator',
    '--json',
    '--exit-when-done',
    '--meet',
    meetDir,
    '--generation',
    String(generation),
  ]
  const child = spawnSelf([...args, flagOf('jobKey'), jobKey], ['ignore', 'ignore', 'pipe'], {
    detached: true,
    env: { ...environment },
  })
  return failureOf(child)
}

/** Serves what outlives the command. Not of the command's session or streams: nobody waits for it. */
function startSuccessor(tree: string, options: Readonly<Record<string, unknown>>): void {
  const variables = variablesFor('agent', checkOptions('agent', options))
  const child = spawnSelf(['agent', '--tree', tree], ['ignore', 'ignore', 'ignore'], {
    detached: true,
    env: { ...process.env, ...variables },
  })
  child.on('error', () => {})
  child.unref()
}
