import { decodeEnvelope, encodeEnvelope, mintRunId, noPoints, seq } from '@provloom/shared'
import type { Attempt, Envelope, Rank, StreamId } from '@provloom/shared'
import { processorMs } from '../machine/processor.ts'
import { samplePoints } from '../load/records.ts'

export function sampleEnvelope(events: number): Envelope {
  return {
    runId: mintRunId(Date.now(), Buffer.alloc(10, 1)),
    rank: 3 as Rank,
    attempt: 0 as Attempt,
    session: '0011223344556677',
    stream: 'worker-1-0' as StreamId,
    first: seq(1000),
    count: events,
    lost: 0,
    eventIndex: new Uint32Array(0),
    events: [],
    points: events === 0 ? noPoints : samplePoints(events, 10, 0, Date.now() * 1000, 3),
  }
}

/** Events a second of processor time that are encoded, decoded, and copied as bytes (what no codec can beat). */
export function codecRates(
  events: number,
  milliseconds: number,
): { encode: number; decode: number; copy: number } {
  const envelope = sampleEnvelope(events)
  const bytes = Buffer.from(encodeEnvelope(envelope))
  let kept: unknown
  const rate = (task: () => unknown): number => {
    const until = processorMs() + milliseconds
    let times = 0
    const begin = processorMs()
    while (processorMs() < until) {
      for (let i = 0; i < 32; i++) kept = task()
      times += 32
    }
    return ((times * events) / (processorMs() - begin)) * 1000
  }
  const rates = {
    encode: rate(() => encodeEnvelope(envelope)),
    decode: rate(() => decodeEnvelope(bytes)),
    copy: rate(() => Buffer.from(bytes)),
  }
  if (kept === undefined) throw new Error('nothing was done')
  return rates
}
