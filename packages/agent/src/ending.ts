import type { SessionEnd } from '@provloom/shared'
import type { CommandEnd } from './launch/command.ts'
import { elasticError } from './launch/last-words.ts'
import { memoryKills } from './launch/memory-kills.ts'
import type { Variables } from './place/variables.ts'
import type { Fact } from './spool/own-stream.ts'

/**
 * How the rank ended: by its process where we saw it, else by the worker's own last word.
 *
 * @param killsBefore of `memoryKills`, when the worker was started
 */
export function rankEndOf(
  end: CommandEnd | undefined,
  said: SessionEnd | undefined,
  variables: Variables,
  killsBefore: number | undefined,
): Fact {
  const error = said?.error ?? (end === undefined ? undefined : elasticError(variables))
  const why = error === undefined ? {} : { error }
  if (end === undefined) {
    return { type: 'rank.end', status: said?.status ?? 'incomplete', ...why }
  }
  if (end.kind === 'killed') {
    const kills = end.signal === 'SIGKILL' ? memoryKills() : undefined
    const outOfMemory = kills !== undefined && killsBefore !== undefined && kills > killsBefore
    return {
      type: 'rank.end',
      status: 'killed',
      signal: end.signal,
      ...(outOfMemory ? { error: 'killed by the kernel: its control group was out of memory' } : why),
    }
  }
  if (end.code === 0) return { type: 'rank.end', status: 'completed', exitCode: 0 }
  return { type: 'rank.end', status: 'failed', exitCode: end.code, ...why }
}
