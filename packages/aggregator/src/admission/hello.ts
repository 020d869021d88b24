import { limits } from '@provloom/shared'
import type { Hello, RefusalReason } from '@provloom/shared'
import type { Newcomer } from './turn.ts'

/** What a hello says for the decision which run its session belongs to. */
export function newcomerOf(hello: Hello): Newcomer {
  const { session, worker, agent, rank, attempt, startedUs, ordinal, worldSize, restarts, rankToldBy } = hello
  return {
    session,
    worker,
    agent,
    rank,
    attempt,
    startedUs,
    ordinal,
    worldSize,
    restarts,
    alone: rankToldBy === 'alone',
    byHand:
      (rankToldBy === 'call' || rankToldBy === 'library') &&
      restarts === undefined &&
      worldSize === undefined,
  }
}

export function notCollected({ rank, asked }: Hello): string {
  const off = asked.collectAllProcesses === true ? 'off in this run, though it asked for it' : 'off'
  return `only rank 0 is collected (collectAllProcesses is ${off}); rank ${rank} is not recorded`
}

/** Why nobody can be let in who says so: the reason, and in words. */
export function whatIsWrong(hello: Hello): [RefusalReason, string] | undefined {
  const { rank, worldSize } = hello
  if (rank >= limits.worldSizeMax) return ['bad-hello', `rank ${rank} is more than any job has`]
  if (worldSize === undefined) return undefined
  if (worldSize < 1 || worldSize > limits.worldSizeMax) return ['bad-hello', `a world of ${worldSize} ranks`]
  if (rank >= worldSize) {
    return [
      'bad-hello',
      `rank ${rank} is out of range: the job has ${worldSize} ranks, 0 to ${worldSize - 1}`,
    ]
  }
  return undefined
}
