import { Wire } from './wire.ts'
import { valueOf } from './value.ts'
import type { Fact, Plugins } from './fact.ts'

/** What is recorded of one Event (tensorflow/core/util/event.proto). */
export interface LoggedEvent {
  /** Microseconds since the Unix epoch; undefined where it says none that can be. */
  readonly timeUs: number | undefined
  readonly step: number | bigint
  readonly facts: readonly Fact[]
}

/**
 * @param plugins what tags have said before of which plugin they are: they need say it only once a file
 * @returns undefined for what is no message
 */
export function eventOf(bytes: Buffer, plugins: Plugins): LoggedEvent | undefined {
  const wire = new Wire(bytes)
  let seconds = Number.NaN
  let step = 0n
  const facts: Fact[] = []
  while (wire.next()) {
    if (wire.field === 1) seconds = wire.double()
    else if (wire.field === 2) step = wire.integer()
    else if (wire.field === 5 && !readSummary(wire.bytes(), plugins, facts)) return undefined
  }
  if (wire.isBroken) return undefined
  const timeUs = Math.round(seconds * 1e6)
  const isTime = Number.isSafeInteger(timeUs) && timeUs > 0
  return { timeUs: isTime ? timeUs : undefined, step: isSafe(step) ? Number(step) : step, facts }
}

/** @returns whether it is a Summary */
function readSummary(bytes: Buffer, plugins: Plugins, into: Fact[]): boolean {
  const wire = new Wire(bytes)
  while (wire.next()) {
    if (wire.field !== 1) continue
    const found = valueOf(wire.bytes(), plugins)
    if (found === undefined) return false
    into.push(...found)
  }
  return !wire.isBroken
}

function isSafe(step: bigint): boolean {
  return step >= BigInt(Number.MIN_SAFE_INTEGER) && step <= BigInt(Number.MAX_SAFE_INTEGER)
}
