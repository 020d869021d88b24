import fs from 'node:fs'

/** What one attempt of a rank logged, as far as it came. The same formulas are in worker.py. */
export interface KnownAttempt {
  readonly rank: number
  readonly attempt: number
  /** Number of its first call. */
  readonly first: number
  /** Calls that returned: all of them must be in the graph. */
  readonly returned: number
  /** Calls that may be in the graph: one more when it was killed within a call. */
  readonly begun: number
  readonly killed: boolean
  /** Its first agent saw its end, and so knows how it ended. */
  readonly endSeen: boolean
}

export const isParam = (number: number): boolean => number % 50 === 7
export const metricKey = (number: number, series: number): string => `m${number % series}`
export const paramKey = (number: number): string => `q${number}`

export function metricValue(rank: number, attempt: number, number: number): number {
  return rank * 1e6 + number + attempt / 8
}

export function paramValue(rank: number, attempt: number, number: number, payload: number): string {
  return `${rank}.${attempt}.${number}.`.padEnd(payload, 'x')
}

/** The worker's own note: its process and the calls that returned; undefined before it is there. */
export function readProgress(file: string): { readonly pid: number; readonly returned: number } | undefined {
  let bytes: Buffer
  try {
    bytes = fs.readFileSync(file)
  } catch {
    return undefined
  }
  if (bytes.length < 16) return undefined
  return { pid: Number(bytes.readBigUInt64LE(0)), returned: Number(bytes.readBigUInt64LE(8)) }
}
