import { encodeEvent, roomForPoints } from '@provloom/shared'
import type { Points } from '@provloom/shared'

/** The first records of a simulated worker: its start and its series. */
export function openingEvents(series: number, timeUs: number): Uint8Array[] {
  const declared = Array.from({ length: series }, (_, id) =>
    encodeEvent({ type: 'series', time: timeUs, id, key: `metric_${id}`, context: 'TRAINING' }),
  )
  return [sessionStart(timeUs), ...declared]
}

export function sessionStart(timeUs: number): Uint8Array {
  return encodeEvent({
    type: 'session.start',
    session: 'bench',
    time: timeUs,
    pid: 1,
    library: 'bench',
    libraryVersion: '1',
    language: 'none',
  })
}

/** It has said `end_run`, and all went well. */
export function sessionEnd(timeUs: number): Uint8Array {
  return encodeEvent({ type: 'session.end', time: timeUs, status: 'completed', by: 'call' })
}

const STEP_US = 50_000
const CALL_US = 12

/**
 * Points as a training loop makes them: each step logs all series, 50 ms apart with jitter. Most values are float32
 * widened (what `.item()` gives) and noisy; the last series is a learning rate, the one before it a time in full
 * double precision. What the same numbers ask for is the same points, whoever asks.
 */
export function samplePoints(
  count: number,
  series: number,
  first: number,
  timeUs: number,
  rank: number,
): Points {
  const points = roomForPoints(count)
  for (let row = 0; row < count; row++) {
    const number = first + row
    const id = number % series
    const step = Math.floor(number / series)
    const noise = hash(number, rank)
    points.series[row] = id
    points.step[row] = BigInt(step)
    points.time[row] = BigInt(
      timeUs + step * STEP_US + id * CALL_US + Math.floor(hash(step, rank) * 400) + Math.floor(noise * 6),
    )
    points.value[row] = valueOf(series - 1 - id, step, noise)
  }
  return points
}

function valueOf(kind: number, step: number, noise: number): number {
  if (kind === 0) return 0.001 * 0.5 ** Math.floor(step / 10_000)
  if (kind === 1) return 0.05 + noise * 0.002
  return Math.fround((1 + kind) / (1 + step / 1000) + (noise - 0.5) * 0.1)
}

/** 0 ... 1, without a state (a 32-bit integer hash by multiplication and shifts). */
export function hash(number: number, rank: number): number {
  let x = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(rank + 1, 0x27d4eb2f)
  x = Math.imul(x ^ (x >>> 15), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}
