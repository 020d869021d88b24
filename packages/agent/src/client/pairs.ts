import { types } from 'node:util'
import { limits } from '@provloom/shared'
import { shown } from './number.ts'
import { partsOf } from './parts.ts'
import { scalar } from './scalar.ts'
import type { Session } from './session.ts'

/**
 * The pairs of an object or a Map that is given to a call which logs several things at once. What has none is refused;
 * more than `pairsPerCallMax` are told and counted.
 */
export function* pairsOf(
  session: Session,
  call: string,
  given: unknown,
): Generator<readonly [string, unknown], void> {
  const parts =
    typeof given !== 'object' || given === null || types.isProxy(given) || scalar(given, 1) !== undefined
      ? undefined
      : partsOf(given)
  if (parts?.kind !== 'pairs') {
    const text = `${call}: ${shown(given)} has no names and values`
    session.refuse('no-pairs', 'BAD_ARGUMENT', text, call)
    return
  }
  let seen = 0
  for (const pair of parts.some) {
    if (seen++ === limits.pairsPerCallMax) break
    yield pair
  }
  const left = parts.count - limits.pairsPerCallMax
  if (left <= 0) return
  session.stream.lose('too-many-pairs', left)
  const text = `${call}: ${limits.pairsPerCallMax} of ${parts.count} are recorded`
  session.problem('NOT_RECORDED', text, call)
}
