import type { Place } from '../model/error.ts'

/** Line and column, both from 1, of an offset in a text; columns count UTF-16 code units. */
export function positionAt(text: string, offset: number): Required<Pick<Place, 'line' | 'column'>> {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}
