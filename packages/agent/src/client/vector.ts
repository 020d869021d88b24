import { types } from 'node:util'
import { limits } from '@provloom/shared'
import { nameOf } from './name.ts'
import { numberOf } from './number.ts'
import { typedLength } from './parts.ts'
import type { Session } from './session.ts'
import { heldIn } from './stranger.ts'

/** What is to be said of a list's values: where they belong, and what went wrong with one. */
export interface VectorPlace {
  readonly call: string
  readonly name: string
  readonly context: string | undefined
  readonly source: string | undefined
  readonly step: number | bigint
}

/** How many values a list has; undefined for what is none: a value by itself, a typed array of one, an empty list. */
export function vectorLength(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined
  if (Array.isArray(value)) return value.length > 0 ? value.length : undefined
  const length = types.isTypedArray(value) ? typedLength(value) : 0
  return length > 1 ? length : undefined
}

/**
 * The values of one step that a list has, each of a series of its own under the metric's name and its number: `acc[0]`,
 * `acc[1]`. One that is no number makes the whole list none, which is told with its place and counted once.
 *
 * @param put is given each series' name and value
 */
export function logVector(
  session: Session,
  { call, name, context, source, step }: VectorPlace,
  list: object,
  length: number,
  put: (name: string, value: number) => void,
): void {
  const refuse = (why: string): void =>
    session.refuse(
      'not-a-number',
      'NOT_A_NUMBER',
      `${call}: the value of ${name} is a list, and ${why}`,
      name,
    )
  if (length > limits.vectorLengthMax)
    return refuse(`it has more than ${limits.vectorLengthMax} values; logArtifact keeps as many as there are`)
  const values: number[] = []
  for (let place = 0; place < length; place++) {
    const found = numberOf(heldIn(list, place))
    if (found.kind === 'refused')
      return refuse(`value ${place} of it is no number: ${found.what}; it is not recorded`)
    const { remark } = found
    if (remark !== undefined)
      session.problem(remark.code, `${call}: value ${place} of ${name} ${remark.words}`, name)
    values.push(found.value)
  }
  const before = session.lengthBefore(JSON.stringify([name, context, source]), length)
  if (before !== length) {
    const words = `${name} has ${length} values at step ${step}, and had ${before} before`
    session.problem('VECTOR_LENGTH', `${call}: ${words}: each is recorded by its number`, name)
  }
  for (const [place, value] of values.entries()) put(nameOf(`${name}[${place}]`) ?? name, value)
}
