import { decodeEvent, trimEnvelope } from '@provloom/shared'
import type { Envelope, Event } from '@provloom/shared'

export interface Row {
  readonly stream: string
  readonly series: number
  readonly step: bigint
  readonly time: bigint
  readonly value: number
}

/** What an aggregator has taken, each record once and in order. */
export class Received {
  readonly events: { readonly stream: string; readonly number: number; readonly event: Event }[] = []
  readonly rows: Row[] = []
  readonly lost = new Map<string, number>()
  duplicates = 0
  readonly #next = new Map<string, number>()
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = []

  next(): Record<string, number> {
    return Object.fromEntries(this.#next)
  }

  nextOf(stream: string): number {
    return this.#next.get(stream) ?? 0
  }

  /** @returns false when records before it are missing */
  take(envelope: Envelope): boolean {
    const { stream } = envelope
    const expected = this.nextOf(stream)
    const end = envelope.first + envelope.count
    if (end <= expected) {
      this.duplicates += envelope.count
      return true
    }
    if (envelope.first - envelope.lost > expected) return false
    const fresh = envelope.first < expected ? trimEnvelope(envelope, expected - envelope.first) : envelope
    this.lost.set(stream, (this.lost.get(stream) ?? 0) + Math.max(0, fresh.first - expected))
    this.#next.set(stream, end)
    for (const [i, bytes] of fresh.events.entries()) {
      const look = decodeEvent(bytes)
      if (look.kind === 'event')
        this.events.push({ stream, number: fresh.first + fresh.eventIndex[i]!, event: look.event })
    }
    const { points } = fresh
    for (let i = 0; i < points.count; i++) {
      this.rows.push({
        stream,
        series: points.series[i]!,
        step: points.step[i]!,
        time: points.time[i]!,
        value: points.value[i]!,
      })
    }
    for (const one of this.#waiting.filter((one) => one.holds())) one.resolve()
    this.#waiting = this.#waiting.filter((one) => !one.holds())
    return true
  }

  of<Type extends Event['type']>(type: Type): Extract<Event, { type: Type }>[] {
    return this.events.flatMap(({ event }) => (isOf(event, type) ? [event] : []))
  }

  /** Resolves as soon as it holds. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push({ holds, resolve })
    })
  }
}

function isOf<Type extends Event['type']>(event: Event, type: Type): event is Extract<Event, { type: Type }> {
  return event.type === type
}
