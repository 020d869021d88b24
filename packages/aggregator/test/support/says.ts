import { encodeEnvelope, encodeEvent, seq } from '@provloom/shared'
import type { Attempt, Event, Points, Rank, StreamId } from '@provloom/shared'
import type { OpenRun } from '../../src/run/open-run.ts'
import { runId } from './surroundings.ts'

/** What a rank says next, to a run without an aggregator around it. */
export class Says {
  readonly #rank: Rank
  readonly #attempt: Attempt
  #next = 0

  constructor(rank: number, attempt = 0) {
    this.#rank = rank as Rank
    this.#attempt = attempt as Attempt
  }

  say(run: OpenRun, events: readonly Event[], rows: Points): void {
    const count = events.length + rows.count
    const one = {
      runId,
      rank: this.#rank,
      attempt: this.#attempt,
      session: `s${this.#attempt}`,
      stream: 'w' as StreamId,
      first: seq(this.#next),
      count,
      lost: 0,
      eventIndex: Uint32Array.from(events.keys()),
      events: events.map(encodeEvent),
      points: rows,
    }
    this.#next += count
    run.submit(one, encodeEnvelope(one))
  }
}
