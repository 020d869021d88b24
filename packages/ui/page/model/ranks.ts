import type { MatrixAnswer, RanksAnswer } from '@provloom/reader'
import { whole } from './odd.ts'

/** A rank as a row. What is not known is undefined. */
export interface RankRow {
  readonly rank: number
  readonly host: string
  readonly local: number | undefined
  readonly device: string
  readonly attempt: number | undefined
  readonly status: string
  readonly exit: number | undefined
  readonly signal: string
  readonly lastStep: number | undefined
  readonly lastSeen: number | undefined
  readonly ratio: number | undefined
  readonly sent: number | undefined
  readonly stored: number | undefined
  readonly dropped: number | undefined
  readonly error: string
}

export function rowsOfRanks({ columns, odd }: RanksAnswer): RankRow[] {
  const known = (name: keyof RanksAnswer['columns']): (number | undefined)[] =>
    whole(name, columns[name] as readonly number[], odd).map((one) => (Number.isNaN(one) ? undefined : one))
  const [local, attempt, exit] = [known('local'), known('attempt'), known('exit')]
  const [lastStep, lastSeen, ratio] = [known('lastStep'), known('lastSeen'), known('ratio')]
  const [sent, stored, dropped] = [known('sent'), known('stored'), known('dropped')]
  return columns.rank.map((rank, at) => ({
    rank,
    host: columns.host[at] ?? '',
    local: local[at],
    device: columns.device[at] ?? '',
    attempt: attempt[at],
    status: columns.status[at] ?? '',
    exit: exit[at],
    signal: columns.signal[at] ?? '',
    lastStep: lastStep[at],
    lastSeen: lastSeen[at],
    ratio: ratio[at],
    sent: sent[at],
    stored: stored[at],
    dropped: dropped[at],
    error: columns.error[at] ?? '',
  }))
}

/** Bytes of a matrix, row by row. */
export function cellsOf({ cells }: MatrixAnswer): Uint8Array {
  const text = atob(cells)
  return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

/** What a byte of a matrix stands for: a ratio to the median, or a value; undefined where there are no points. */
export function valueOf(byte: number, { scale }: MatrixAnswer): number | undefined {
  if (byte === 0) return undefined
  return scale.kind === 'log2'
    ? 2 ** ((byte - scale.zero) / scale.perOctave)
    : scale.min + ((byte - 1) / 254) * (scale.max - scale.min)
}

/** How many ranks have which ratio: bars from the least to the largest. */
export function spreadOf(
  ratios: readonly number[],
  bars = 40,
): { readonly from: number; readonly to: number; readonly counts: readonly number[] } {
  const low = Math.min(0.8, ...ratios)
  const high = Math.max(1.25, ...ratios) * 1.001
  const counts = Array.from({ length: bars }, () => 0)
  for (const ratio of ratios)
    counts[Math.min(bars - 1, Math.floor(((ratio - low) / (high - low)) * bars))]! += 1
  return { from: low, to: high, counts }
}
