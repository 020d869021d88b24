import type { Condition, Entity } from './parse.ts'
import { Tokens } from './parse.ts'

/** What of a thing a filter may ask: undefined where it has none of that name. */
export type Look = (entity: Entity, key: string) => string | number | readonly string[] | undefined

export function matches(look: Look, conditions: readonly Condition[]): boolean {
  return conditions.every((one) => holds(look(one.entity, one.key), one))
}

function holds(found: ReturnType<Look>, condition: Condition): boolean {
  const { comparator, values } = condition
  if (comparator === 'IS NULL') return found === undefined
  if (comparator === 'IS NOT NULL') return found !== undefined
  if (found === undefined) return false
  if (typeof found === 'object') return found.some((one) => holds(one, condition))
  const [value = ''] = values
  switch (comparator) {
    case 'LIKE':
      return likeOf(value, 's').test(String(found))
    case 'ILIKE':
      return likeOf(value, 'si').test(String(found))
    case 'IN':
      return values.includes(String(found))
    case 'NOT IN':
      return !values.includes(String(found))
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return typeof found === 'number'
        ? compares(comparator, found - Number(value), found === Number(value))
        : compares(comparator, found < value ? -1 : 1, found === value)
  }
}

function compares(
  comparator: '=' | '!=' | '<' | '<=' | '>' | '>=',
  difference: number,
  same: boolean,
): boolean {
  switch (comparator) {
    case '=':
      return same
    case '!=':
      return !same
    case '<':
      return !same && difference < 0
    case '<=':
      return same || difference < 0
    case '>':
      return !same && difference > 0
    case '>=':
      return same || difference > 0
  }
}

/** SQL's: % is any text, _ any letter. */
function likeOf(pattern: string, flags: string): RegExp {
  const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, flags)
}

interface Order {
  readonly entity: Entity
  readonly key: string
  readonly descends: boolean
}

/** `["metrics.loss DESC", "start_time"]`. @throws {Fault} `INVALID_PARAMETER_VALUE` */
export function parseOrder(orders: readonly string[]): Order[] {
  return orders.map((text) => {
    const tokens = new Tokens(text)
    const name = tokens.name()
    if (tokens.isDone) return { ...name, descends: false }
    const token = tokens.next()
    const word = token.text.toUpperCase()
    if ((word !== 'ASC' && word !== 'DESC') || !tokens.isDone) throw tokens.bad(token)
    return { ...name, descends: word === 'DESC' }
  })
}

/** Sorted by the first order in which two differ; what has none of it, or NaN, comes last, whichever way. */
export function sortedBy<T>(things: readonly T[], orders: readonly Order[], look: (thing: T) => Look): T[] {
  return things.toSorted((a, b) => {
    for (const { entity, key, descends } of orders) {
      const [one, other] = [look(a)(entity, key), look(b)(entity, key)]
      const [gone, otherGone] = [isNone(one), isNone(other)]
      if (gone || otherGone) {
        if (gone !== otherGone) return gone ? 1 : -1
        continue
      }
      if (one === other) continue
      const less =
        typeof one === 'number' && typeof other === 'number' ? one < other : String(one) < String(other)
      return less === descends ? 1 : -1
    }
    return 0
  })
}

function isNone(value: ReturnType<Look>): boolean {
  return value === undefined || (typeof value === 'number' && Number.isNaN(value))
}
