import type { RunEntry } from '@provloom/rundir/entry'
import type { Attempt, Rank } from '@provloom/shared'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { effort, seedOf } from '../../../test/support/effort.ts'
import { createGraphBuilder } from '../src/builder.ts'
import { headOf } from './support/head.ts'
import { RunScript, give, startUs, textOf } from './support/run.ts'
import { mixed, ranks, someStreams } from './support/streams.ts'

const anyRank = fc.constantFrom(...ranks).map((rank) => ({ rank: rank as Rank, attempt: 0 as Attempt }))
const anyTime = fc.nat(90).map((seconds) => startUs + seconds * 1_000_000)

/** How ranks and the run end, are given up and come back, at any time. */
const turn: fc.Arbitrary<RunEntry> = fc.oneof(
  fc.tuple(anyRank, anyTime).map(([one, time]): RunEntry => ({ kind: 'lost', time, ...one })),
  fc
    .tuple(anyRank, anyTime)
    .map(([one, time]): RunEntry => ({ kind: 'ended', time, ...one, ledger: {}, ledgerClosed: true })),
  fc
    .tuple(anyRank, anyTime)
    .map(([one, time]): RunEntry => ({ kind: 'exited', time, heardTime: time, ...one, exitCode: 3 })),
  fc.tuple(anyRank, anyTime).map(([one, time]): RunEntry => ({
    kind: 'kept',
    time,
    ...one,
    records: 2,
    folder: '/somewhere',
    reason: 'gone',
  })),
  anyTime.map((time): RunEntry => ({ kind: 'closed', time, cause: 'stopped' })),
  anyTime.map((time): RunEntry => ({ kind: 'reopened', time })),
)

/** What happens before the next entry. */
const looks = ['nothing', 'nothing', 'flush', 'summary', 'head'] as const

it('tells the same, byte for byte, whether it was flushed once or anywhere between, or its head alone', () => {
  fc.assert(
    fc.property(
      someStreams,
      fc.array(turn, { maxLength: 8 }),
      fc.infiniteStream(fc.nat(6)),
      fc.infiniteStream(fc.constantFrom(...looks)),
      (queues, turns, choices, before) => {
        const run = new RunScript().open()
        for (const rank of ranks) run.admit(rank, 0, 'node0', 3, 'aabbccdd-1')
        const entries = [...run.entries, ...mixed([...queues, turns], choices)]
        const flushed = createGraphBuilder()
        for (const [i, entry] of entries.entries()) {
          const look = before.next().value
          if (look === 'flush') textOf(flushed)
          else if (look === 'summary' && i > 0) flushed.summary()
          else if (look === 'head') headOf(flushed)
          give(flushed, i, entry)
        }
        const atOnce = createGraphBuilder()
        for (const [i, entry] of entries.entries()) give(atOnce, i, entry)
        expect(headOf(flushed)).toEqual(headOf(atOnce))
        expect(flushed.summary()).toEqual(atOnce.summary())
        expect(textOf(flushed)).toBe(textOf(atOnce))
      },
    ),
    { numRuns: 150 * effort, seed: seedOf(20_261_129) },
  )
})
