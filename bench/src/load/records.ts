import { encodeEvent, roomForPoints } from '@provloom/shared'
import type { Points } from '@provloom/shared'

/** The first records of a simulated worker: its start and its series. */
export function openingEvents(series: number, timeUs: number): Uint8Array[] {
  const start = encodeEvent({
    type: 'session.start',
    time: timeUs,
    pid: 1,
    library: 'bench',
    libraryVersion: '1',
    language: 'none',
  })
  const declared = Array.from({ length: series }, (_, id) =>
    encodeEvent({ type: 'series', time: timeUs, id, key: `metric_${id}`, context: 'TRAINING' }),
  )
  return [start, ...declared]
}

/** Points as a training loop makes them: series in turn, steps that grow, times a bit apart, values that drift. */
export function samplePoints(count: number, series: number, first: number, timeUs: number): Points {
  const points = roomForPoints(count)
  for (let row = 0; row < count; row++) {
    const number = first + row
    points.series[row] = number % series
    points.step[row] = BigInt(Math.floor(number / series))
    points.time[row] = BigInt(timeUs + row * 97)
    points.value[row] = 1 / (1 + number / 1000) + Math.sin(number) / 50
  }
  return points
}
