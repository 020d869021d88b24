import { isCount, reasonOf } from '@provloom/shared'
import { shown } from './number.ts'
import type { Session } from './session.ts'
import { withSession } from './which.ts'

/** As `withSession`, with what the caller gave as options: read once, before anything is made of them. */
export function withOptions<T extends object>(
  call: string,
  given: T,
  body: (session: Session, options: T) => void,
): void {
  withSession(call, (session) => {
    const { options, trouble } = readOptions(given)
    if (trouble !== undefined)
      session.problem('OPTION_LEFT_OUT', `${call}: ${trouble}; it is recorded without them`, call)
    body(session, options)
  })
}

/** Those of them that are counts; what is none is told, and left out. */
export function countsIn<Name extends string>(
  session: Session,
  call: string,
  given: { readonly [Each in Name]?: unknown },
  names: readonly Name[],
): { [Each in Name]?: number } {
  const counts: { [Each in Name]?: number } = {}
  for (const name of names) {
    const value: unknown = given[name]
    if (value === undefined || value === null) continue
    const count = typeof value === 'bigint' ? Number(value) : value
    if (isCount(count)) counts[name] = count
    else
      session.problem(
        'OPTION_LEFT_OUT',
        `${call}: ${name} is no count: ${shown(value)}; it is left out`,
        name,
      )
  }
  return counts
}

/** JavaScript gives what it likes: none for null, and for what is no object or fails when it is read, which is told. */
export function readOptions<T extends object>(
  given: T,
): {
  readonly options: T
  readonly trouble?: string
}
export function readOptions(given: unknown): { readonly options: object; readonly trouble?: string } {
  if (given === undefined || given === null) return { options: {} }
  if (typeof given !== 'object') return { options: {}, trouble: `its options are a ${typeof given}` }
  try {
    const options: Record<string, unknown> = {}
    for (const name in given) options[name] = Reflect.get(given, name)
    return { options }
  } catch (error) {
    return { options: {}, trouble: `its options cannot be read: ${reasonOf(error)}` }
  }
}
