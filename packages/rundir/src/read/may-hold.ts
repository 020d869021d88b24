import type { ColumnBounds, MayHold } from './table-file.ts'
import type { Steps, Which } from './which.ts'

/** The columns that `mayHold` asks about. */
export const askedColumns: readonly string[] = ['rank', 'attempt', 'context', 'source', 'key', 'step']

/** As series are meant; `null` for a rank is what is of all ranks. */
type Asked = Omit<Which, 'rank'> & { readonly rank?: number | null }

/** Whether rows may be of series that are meant, and of steps. */
export function mayHold({ rank, attempt, context, source, key }: Asked, steps?: Steps): MayHold {
  const asked: readonly [string, string | number | null | undefined][] = [
    ['key', key],
    ['rank', rank],
    ['context', context],
    ['source', source],
    ['attempt', attempt],
  ]
  return (bounds) =>
    asked.every(([column, wanted]) => wanted === undefined || mayBe(bounds(column), wanted)) &&
    (steps === undefined || mayBeWithin(bounds('step'), steps))
}

function mayBe(bounds: ColumnBounds | undefined, wanted: string | number | null): boolean {
  if (bounds === undefined) return true
  const { values, hasNulls } = bounds
  if (wanted === null) return hasNulls
  if (values === undefined) return false
  const { min, max } = values
  if (typeof wanted === 'number') return Number(min) <= wanted && wanted <= Number(max)
  const bytes = Buffer.from(wanted, 'utf8')
  const bound = (one: unknown): Buffer => Buffer.from(String(one), 'utf8')
  return Buffer.compare(bound(min), bytes) <= 0 && Buffer.compare(bytes, bound(max)) <= 0
}

function mayBeWithin(bounds: ColumnBounds | undefined, { from, to }: Steps): boolean {
  if (bounds?.values === undefined) return true
  return Number(bounds.values.max) >= from && Number(bounds.values.min) < to
}
