import { limits } from '@provloom/shared'

/** What becomes of a stream's `series` event. */
export type DeclarationPlacing =
  /** The id means this series from now on: rows before it are of no series. */
  | 'new'
  /** The id was declared before: the first declaration holds. */
  | 'known'
  /** The stream has as many series as one may have: rows of this id are of no series. */
  | 'full'

/**
 * The one rule of which series a stream's rows belong to. Whoever keeps something by series asks here, so that the
 * same rows count in the graph and lie in Parquet.
 *
 * @param declared ids of the stream that were `new`
 */
export function placeDeclaration(
  declared: { has(id: number): boolean; readonly size: number },
  id: number,
): DeclarationPlacing {
  if (declared.has(id)) return 'known'
  return declared.size >= limits.seriesPerStreamMax ? 'full' : 'new'
}
