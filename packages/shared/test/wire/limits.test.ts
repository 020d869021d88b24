import { expect, it } from 'vitest'
import {
  decodeAgentMessage,
  decodeAggregatorMessage,
  decodeEnvelope,
  encodeEnvelope,
  encodeMessage,
  isAttempt,
  isRank,
  isRunId,
  isStreamId,
  limits,
  roomForPoints,
  seq,
} from '@provloom/shared'
import type { Envelope } from '@provloom/shared'

function checked<T>(value: unknown, is: (value: unknown) => value is T): T {
  if (!is(value)) throw new TypeError(String(value))
  return value
}

function envelopeOfPoints(count: number): Envelope {
  return {
    runId: checked('01893d5e-5c00-7000-8000-000000000000', isRunId),
    rank: checked(0, isRank),
    attempt: checked(0, isAttempt),
    session: 's',
    stream: checked('w', isStreamId),
    first: seq(0),
    count,
    lost: 0,
    eventIndex: new Uint32Array(),
    events: [],
    points: roomForPoints(count),
  }
}

it('an envelope of the greatest number of records is read, and one of more is bad', () => {
  const kindOf = (count: number): string => decodeEnvelope(encodeEnvelope(envelopeOfPoints(count))).kind
  expect(kindOf(limits.envelopeRecordsMax)).toBe('envelope')
  expect(kindOf(limits.envelopeRecordsMax + 1)).toBe('bad')
})

it('a message of more than the greatest length is bad, whoever sent it', () => {
  const beat = (text: string): Uint8Array =>
    encodeMessage({ kind: 'heartbeat', session: text, sentUs: 0, backlog: 0 })
  const rest = beat('').length + 5
  const most = beat('x'.repeat(limits.messageBytesMax - rest))
  expect(most.length).toBeLessThanOrEqual(limits.messageBytesMax)
  const over = beat('x'.repeat(limits.messageBytesMax))
  for (const decode of [decodeAgentMessage, decodeAggregatorMessage]) {
    expect(decode(Buffer.from(over))).toEqual({ kind: 'bad', reason: `a message of ${over.length} bytes` })
  }
  expect(decodeAgentMessage(Buffer.from(most))).not.toEqual({
    kind: 'bad',
    reason: `a message of ${most.length} bytes`,
  })
})
