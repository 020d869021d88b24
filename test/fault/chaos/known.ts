import fs from 'node:fs'

/** What one attempt of a rank logged in one session, as far as it came. The same formulas are in worker.py. */
export interface KnownAttempt {
  readonly rank: number
  /** As its launcher told it: it stands in the values. In the graph it may have a higher one. */
  readonly attempt: number
  /** The process that made the session. */
  readonly pid: number
  /** Number of its first call. */
  readonly first: number
  /** Calls that returned: all of them must be in the graph. */
  readonly returned: number
  /** Calls that may be in the graph: one more when it was killed within a call. */
  readonly begun: number
  /** Its process was killed before `end_run` returned. */
  readonly killed: boolean
  /** Killed within `start_run`: it may not have come to be. */
  readonly maybe?: boolean
  /** Killed within `end_run`: it may have ended all the same. */
  readonly ending?: boolean
  /** Its first agent saw its end, and so knows how it ended. */
  readonly endSeen: boolean
}

/** What a worker is to do in one of its sessions. */
export interface SessionPlan {
  readonly experiment: string
  /** Number of its first call, and how many it is to make. */
  readonly first: number
  readonly count: number
  /** Where its first call stands among all of the rank, and how far apart they are: children log at once. */
  readonly at: number
  readonly stride: number
  readonly child: boolean
}

export interface WorkerPlan {
  readonly series: number
  readonly payload: number
  readonly total: number
  readonly progress: string
  readonly pace: string
  readonly sessions: readonly SessionPlan[]
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

/** How far a worker has come in a session. `begins` and `ends`: within start_run and end_run. */
export type SessionState = 'none' | 'begins' | 'open' | 'ends' | 'ended'
const states: readonly SessionState[] = ['none', 'begins', 'open', 'ends', 'ended']

export interface SessionProgress {
  readonly pid: number
  readonly state: SessionState
  /** Calls that returned. */
  readonly returned: number
}

/** The worker's own notes of its sessions. */
export function readProgress(file: string, sessions = 1): readonly SessionProgress[] {
  const bytes = bytesOf(file)
  return Array.from({ length: sessions }, (_, i) => {
    if (bytes.length < 24 * (i + 1)) return { pid: 0, state: 'none', returned: 0 }
    const number = (at: number): number => Number(bytes.readBigUInt64LE(24 * i + at))
    return { pid: number(0), state: states[number(8)]!, returned: number(16) }
  })
}

/** The worker's process, which it notes before it does anything else. */
export function workerOf(file: string, sessions = 1): number | undefined {
  const bytes = bytesOf(file)
  return bytes.length < 24 * sessions + 8 ? undefined : Number(bytes.readBigUInt64LE(24 * sessions))
}

function bytesOf(file: string): Buffer {
  try {
    return fs.readFileSync(file)
  } catch {
    return Buffer.alloc(0)
  }
}
