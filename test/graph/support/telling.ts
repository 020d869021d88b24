import { noPoints, roomForPoints } from '@provloom/shared'
import type { Attempt, Event, Points, Rank, RunId, StreamId, StreamLedger } from '@provloom/shared'
import type { RunEntry } from '@provloom/rundir/entry'

/** An event without its time, which the telling gives. */
export type Said = Event extends infer One ? (One extends Event ? Omit<One, 'time'> : never) : never

/** Metric points of a stream, one a step. */
export interface Course {
  /** As the stream declared it. */
  readonly series: number
  readonly firstStep: number
  readonly rows: number
  value(step: number): number
  timeUs(step: number): number
}

/** A rank in one attempt. */
export interface Place {
  readonly rank: Rank
  readonly attempt: Attempt
}

export const runId = '0192f1c4-7a3b-7c5d-8e9f-0123456789ab' as RunId

export function placeOf(rank: number, attempt = 0): Place {
  return { rank: rank as Rank, attempt: attempt as Attempt }
}

/** The entries of a journal, as ranks and their agents tell them: records of a stream are numbered as they come. */
export class Telling {
  readonly entries: RunEntry[] = []
  readonly #next = new Map<string, Map<string, number>>()

  tell(entry: RunEntry): void {
    this.entries.push(entry)
  }

  /**
   * An envelope of a rank's stream.
   *
   * @returns the number of its first record
   */
  log(
    place: Place,
    stream: string,
    timeUs: number,
    said: readonly Said[],
    courses: readonly Course[] = [],
  ): number {
    const points = pointsOf(courses)
    const streams = this.#streams(place)
    const first = streams.get(stream) ?? 0
    const count = said.length + points.count
    streams.set(stream, first + count)
    this.tell({
      kind: 'records',
      ...place,
      stream: stream as StreamId,
      first,
      count,
      lost: 0,
      events: said.map((event, i) => ({ number: first + i, event: { ...event, time: timeUs + i } as Event })),
      bad: [],
      points,
    })
    return first
  }

  /** What the writers of a rank's streams say at their end: all that they wrote, and no drops. */
  ledger(place: Place): Record<string, StreamLedger> {
    return Object.fromEntries(
      [...this.#streams(place)].map(([stream, next]) => [stream, { next, drops: {} }]),
    )
  }

  #streams({ rank, attempt }: Place): Map<string, number> {
    const key = `${rank} ${attempt}`
    const known = this.#next.get(key) ?? new Map<string, number>()
    this.#next.set(key, known)
    return known
  }
}

function pointsOf(courses: readonly Course[]): Points {
  const rows = courses.reduce((sum, course) => sum + course.rows, 0)
  if (rows === 0) return noPoints
  const points = roomForPoints(rows)
  let row = 0
  for (const { series, firstStep, rows: own, value, timeUs } of courses) {
    for (let step = firstStep; step < firstStep + own; step++, row++) {
      points.series[row] = series
      points.step[row] = BigInt(step)
      points.time[row] = BigInt(timeUs(step))
      points.value[row] = value(step)
    }
  }
  return points
}
