import { stepOf, timeUsOf } from './number.ts'
import type { Session } from './session.ts'

/** The step that is recorded for what was given; one that is not kept as it was is told. */
export function recordedStep(session: Session, call: string, name: string, step: unknown): number | bigint {
  const found = stepOf(step)
  if (found.kind === 'refused') {
    const text = `${call}: the step of ${name} is no integer: ${found.what}; 0 is recorded`
    session.problem('BAD_STEP', text, name)
    return 0
  }
  const { value, remark } = found
  if (remark !== undefined) session.problem(remark.code, `${call}: the step of ${name} ${remark.words}`, name)
  return value
}

/** The step of an event, which every language holds exactly. */
export function eventStep(session: Session, call: string, name: string, step: unknown): number | undefined {
  if (step === undefined) return undefined
  const found = recordedStep(session, call, name, step)
  if (typeof found === 'number') return found
  const text = `${call}: the step of ${name} is ${found}, beyond what is recorded here; 0 is recorded`
  session.problem('BAD_STEP', text, name)
  return 0
}

/** The time that is recorded, in microseconds: now for what is absent, 0, or told to be no time. */
export function recordedTime(
  session: Session,
  call: string,
  name: string,
  timestamp: unknown,
): number | bigint {
  if (timestamp === undefined || timestamp === null || timestamp === 0) return session.clock.nowUs()
  const found = timeUsOf(timestamp)
  if (found.kind === 'found') return found.value
  const text = `${call}: the timestamp of ${name} is no time: ${found.what}; now is recorded`
  session.problem('BAD_TIME', text, name)
  return session.clock.nowUs()
}
