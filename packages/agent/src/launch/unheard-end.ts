import { signalOfNumber } from '@provloom/shared'
import { statOf } from '@provloom/shared/process'
import { commandEndOf } from '../session/rank-end.ts'
import type { CommandEnd } from './command.ts'

/**
 * How a process ended that is over and that its parent has not been told of yet, by its wait status (proc(5), stat, field
 * 52); undefined where it is none, and where that is 0, which also stands for what may not be read.
 */
export function unheardEnd(pid: number, start: number): CommandEnd | undefined {
  const stat = statOf(pid)
  if (stat?.[0] !== 'Z' || (start !== 0 && Number(stat[19]) !== start)) return undefined
  const status = Number(stat[49])
  if (!(status > 0)) return undefined
  const number = status & 0x7f
  return number === 0 ? commandEndOf(status >> 8, undefined) : commandEndOf(undefined, signalOfNumber(number))
}
