import type { MatrixAnswer } from '@provloom/reader'
import type { Standing } from '../model/standing.ts'

/** Ranks at the left edge, by how far down they are. */
export function rowMarks(matrix: MatrixAnswer): { readonly text: string; readonly part: number }[] {
  const every = matrix.rows <= 16 ? 1 : Math.ceil(matrix.rows / 8)
  return matrix.ranks.flatMap((ranks, row) =>
    row % every === 0
      ? [{ text: String(ranks[0] ?? ''), part: (row + (matrix.rows <= 16 ? 0.5 : 0)) / matrix.rows }]
      : [],
  )
}

export interface EdgeName {
  readonly text: string
  readonly top: number
  readonly state: string
  readonly rank: number
}

export const namesMax = 16

/** Names at the edge, moved apart where they would lie over each other: of what stands out, then of who ended before the end. */
export function namesOf(matrix: MatrixAnswer, standing: readonly Standing[], height: number): EdgeName[] {
  const row = (rank: number): number => matrix.ranks.findIndex((ranks) => ranks.includes(rank))
  const top = (at: number): number => ((at + 0.5) / matrix.rows) * height - 8
  const found = standing.flatMap(({ ranks, name, status }): EdgeName[] => {
    const [first] = ranks
    const at = first === undefined ? -1 : row(first.rank)
    return at < 0 ? [] : [{ text: name, top: top(at), state: status, rank: first!.rank }]
  })
  const known = new Set(standing.flatMap(({ ranks }) => ranks.map(({ rank }) => rank)))
  const others = matrix.states.flatMap(({ text, row: at, state, rank }): EdgeName[] =>
    known.has(rank) || text === '' || (matrix.states.length > namesMax && state === 'ended')
      ? []
      : [{ text, top: top(at), state, rank }],
  )
  const all = [...found, ...others].slice(0, namesMax).sort((a, b) => a.top - b.top)
  let last = -20
  return all.map((one) => {
    last = Math.max(one.top, last + 16)
    return { ...one, top: last }
  })
}
