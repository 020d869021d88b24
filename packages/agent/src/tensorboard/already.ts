import path from 'node:path'
import { LogCursor, decodeEvent, isPointAt, payloadAt } from '@provloom/shared'
import type { Event, Files } from '@provloom/shared'

/**
 * What an agent that was killed had recorded and not noted as recorded: the records behind the last that any file's state
 * knows. Each is skipped once when the same bytes are read again.
 */
export class Already {
  readonly #counts = new Map<string, number>()

  /** @param next number of the first record that no state knows */
  static async in(files: Files, streams: string, stream: string, next: number): Promise<Already> {
    const found = new Already()
    const cursor = new LogCursor(files, path.join(streams, stream), next)
    try {
      for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
        for (let k = 0; k < chunk.count; k++) {
          const payload = payloadAt(chunk, k)
          if (isPointAt(chunk, k)) found.#add(pointMark(payload))
          else {
            const look = decodeEvent(payload)
            if (look.kind === 'event') found.#add(eventMark(look.event))
          }
        }
      }
    } catch {
      // A stream that cannot be read is told by who publishes it.
    } finally {
      cursor.close()
    }
    return found
  }

  hasPoint(step: number | bigint, timeUs: number, value: number): boolean {
    if (this.#counts.size === 0) return false
    const bits = Buffer.alloc(8)
    bits.writeDoubleLE(value)
    return this.#take(`${step} ${timeUs} ${bits.toString('hex')}`)
  }

  hasEvent(event: Event): boolean {
    return this.#counts.size > 0 && this.#take(eventMark(event))
  }

  #add(mark: string): void {
    this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + 1)
  }

  #take(mark: string): boolean {
    const count = this.#counts.get(mark) ?? 0
    if (count > 1) this.#counts.set(mark, count - 1)
    else this.#counts.delete(mark)
    return count > 0
  }
}

/** Its series is left out: what that is called may stand in a segment that is gone. Format: shared/points.ts. */
function pointMark(payload: Buffer): string {
  return `${payload.readBigInt64LE(5)} ${payload.readBigInt64LE(13)} ${payload.toString('hex', 21, 29)}`
}

function eventMark(event: Event): string {
  if (event.type === 'param') return `param ${event.key} ${event.value} ${event.context}`
  return event.type === 'artifact' ? `artifact ${event.name} ${event.step} ${event.spooled}` : event.type
}
