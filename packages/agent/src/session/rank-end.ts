import { isSignal } from '@provloom/shared'
import type { Bye, SessionEnd } from '@provloom/shared'
import type { CommandEnd } from '../launch/command.ts'
import { elasticError } from '../launch/last-words.ts'
import { memoryKills } from '../launch/memory-kills.ts'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'

export type RankEnded = Extract<Fact, { readonly type: 'rank.end' }>

export interface EndFacts {
  /** The session's own last word. */
  readonly said: SessionEnd | undefined
  /** How its process ended, where that was seen. */
  readonly process: CommandEnd | undefined
  readonly variables: Variables
  /** Of `memoryKills`, when the process was started. */
  readonly killsBefore: number | undefined
  /** When nothing was said: the last that is known of it, microseconds since the epoch. */
  readonly lastUs: number | undefined
}

export function commandEndOf(code: number | undefined, signal: string | undefined): CommandEnd | undefined {
  if (isSignal(signal)) return { kind: 'killed', signal }
  return code === undefined ? undefined : { kind: 'exited', code }
}

export function howOf(end: CommandEnd): { readonly signal: string } | { readonly exitCode: number } {
  return end.kind === 'killed' ? { signal: end.signal } : { exitCode: end.code }
}

/** What its end asks for, as a bye says it. */
export function picturesIn(said: SessionEnd | undefined): Pick<Bye, 'createGraph' | 'createSvg'> {
  return {
    ...(said?.createGraph === true ? { createGraph: true } : {}),
    ...(said?.createSvg === true ? { createSvg: true } : {}),
  }
}

/**
 * How a session ended (design: "The life of a session"). What `end_run` said stands, whatever its process does later;
 * an interpreter's or nobody's word is less than the exit code or signal of the process, where that is known.
 */
export function rankEndOf({ said, process, variables, killsBefore, lastUs }: EndFacts): RankEnded {
  const time = said?.time ?? lastUs
  const at = time === undefined ? {} : { time }
  const error = said?.error ?? (process === undefined ? undefined : elasticError(variables))
  const why = error === undefined ? {} : { error }
  if (said !== undefined && (said.by === 'call' || said.by === 'next')) {
    const signal = said.signal === undefined ? {} : { signal: said.signal }
    return { type: 'rank.end', status: said.status, ...signal, ...at, ...why }
  }
  if (process === undefined) return { type: 'rank.end', status: said?.status ?? 'incomplete', ...at, ...why }
  if (process.kind === 'killed') {
    const kills = process.signal === 'SIGKILL' ? memoryKills() : undefined
    const outOfMemory = kills !== undefined && killsBefore !== undefined && kills > killsBefore
    const killed = outOfMemory ? { error: 'killed by the kernel: its control group was out of memory' } : why
    return { type: 'rank.end', status: 'killed', signal: process.signal, ...at, ...killed }
  }
  const ended = said === undefined || said.status === 'incomplete' ? 'completed' : said.status
  const status = process.code === 0 ? ended : 'failed'
  return { type: 'rank.end', status, exitCode: process.code, ...at, ...why }
}
