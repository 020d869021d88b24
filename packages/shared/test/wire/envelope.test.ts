import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeAgentMessage,
  decodeAggregatorMessage,
  decodeEnvelope,
  encodeEnvelope,
  encodeMessage,
  mintRunId,
  pack,
  seq,
  trimEnvelope,
  unpack,
} from '@provloom/shared'
import type { Attempt, Envelope, Rank, StreamId } from '@provloom/shared'

const runId = mintRunId(1_700_000_000_000, new Uint8Array(10))

const envelopes = fc
  .record({
    first: fc.nat(1e9),
    kinds: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
    value: fc.double(),
    step: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  })
  .map(({ first, kinds, value, step }): Envelope => {
    const at = kinds.flatMap((isEvent, i) => (isEvent ? [i] : []))
    const rows = kinds.length - at.length
    return {
      runId,
      rank: 3 as Rank,
      attempt: 0 as Attempt,
      session: 'abc',
      stream: 'worker-1-00' as StreamId,
      first: seq(first),
      count: kinds.length,
      lost: 0,
      eventIndex: Uint32Array.from(at),
      events: at.map((i) => Buffer.from(`{"n":${i}}`)),
      points: {
        count: rows,
        series: Uint32Array.from({ length: rows }, (_, i) => i),
        step: BigInt64Array.from({ length: rows }, () => step),
        time: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
        value: Float64Array.from({ length: rows }, () => value),
      },
    }
  })

/** Records by number, as text, however they are packed. */
function records(envelope: Envelope): string[] {
  const out: string[] = []
  let event = 0
  let row = 0
  for (let i = 0; i < envelope.count; i++) {
    const { points } = envelope
    if (envelope.eventIndex[event] === i) out.push(Buffer.from(envelope.events[event++]!).toString())
    else out.push(`${points.series[row]} ${points.step[row]} ${points.time[row]} ${points.value[row++]}`)
  }
  return out
}

function decoded(bytes: Uint8Array): Envelope {
  const look = decodeEnvelope(bytes)
  if (look.kind === 'bad') throw new Error(look.reason)
  return look.envelope
}

describe('an envelope', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(records(decoded(encodeEnvelope(envelope)))).toEqual(records(envelope))
      }),
      { seed: 1 },
    )
  })

  it('reads the same wherever it stands in memory, and shares it where its columns are aligned', () => {
    fc.assert(
      fc.property(envelopes, fc.nat(7), (envelope, shift) => {
        const bytes = encodeEnvelope(envelope)
        const moved = new Uint8Array(new ArrayBuffer(bytes.length + shift), shift)
        moved.set(bytes)
        const read = decoded(moved)
        expect(records(read)).toEqual(records(envelope))
        expect(read.points.value.buffer === moved.buffer).toBe(shift === 0)
      }),
      { seed: 4 },
    )
  })

  it('trimmed holds exactly the records that were not known', () => {
    fc.assert(
      fc.property(envelopes, fc.nat(), (envelope, n) => {
        fc.pre(envelope.count > 1)
        const known = 1 + (n % (envelope.count - 1))
        const rest = decoded(encodeEnvelope(trimEnvelope(envelope, known)))
        expect(rest.first).toBe(envelope.first + known)
        expect(records(rest)).toEqual(records(envelope).slice(known))
      }),
      { seed: 2 },
    )
  })

  it('is refused in words when any part is of a wrong type, and never throws', () => {
    const parts = unpack(encodeEnvelope(fc.sample(envelopes, { seed: 3, numRuns: 1 })[0]!)) as unknown[]
    for (let i = 0; i < parts.length; i++) {
      for (const wrong of [null, -1, 'x', [1], {}, Buffer.from([1, 2, 3]), 2 ** 60]) {
        if ((i === 4 || i === 5) && wrong === 'x') continue // a session or stream may be called that
        const look = decodeEnvelope(pack(parts.with(i, wrong)))
        expect(look.kind, `part ${i} as ${JSON.stringify(wrong)}`).toBe('bad')
      }
    }
  })
})

describe('messages', () => {
  it('come back as they were', () => {
    const hello = {
      kind: 'hello',
      version: 2,
      session: 's',
      agent: 'a',
      worker: 'w',
      jobKey: '',
      rank: 0 as Rank,
      attempt: 0 as Attempt,
      rankToldBy: 'alone',
      ordinal: 0,
      host: 'h',
      hostId: 'b',
      startedUs: 1,
      pid: 1,
      asked: { saveAfterNLogs: 5 },
    } as const
    expect(decodeAgentMessage(encodeMessage(hello))).toEqual({ kind: 'message', message: hello })
    const acks = { kind: 'acks', session: 's', next: { a: 5 } } as const
    expect(decodeAggregatorMessage(encodeMessage(acks))).toEqual({ kind: 'message', message: acks })
  })

  it('of random bytes are refused and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeAggregatorMessage(bytes).kind).toBe('bad')
        expect(decodeAgentMessage(bytes).kind).not.toBe('message')
      }),
      { seed: 4, numRuns: 2000 },
    )
  })
})
