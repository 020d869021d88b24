import { readJson } from '@provloom/prov'
import type { RunEntry } from '@provloom/rundir/entry'
import { takeIn } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../../test/support/effort.ts'
import { createGraphBuilder } from '../src/builder.ts'
import { Undo } from '../src/undo.ts'
import { oddEntry, oddOpening } from './support/odd.ts'
import { RunScript, give, textOf } from './support/run.ts'

const seed = 20_261_127

/** Fails at the n-th change from now, once. */
class FailingUndo extends Undo {
  left = Number.POSITIVE_INFINITY

  override did(back: () => void): void {
    if (this.left-- === 0) throw new RangeError('out of memory')
    super.did(back)
  }
}

describe('an entry is taken in wholly or not at all', () => {
  it('leaves a graph that fails at any change of any entry as it was', () => {
    let failures = 0
    fc.assert(
      fc.property(
        oddOpening,
        fc.array(oddEntry, { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        fc.nat(12),
        (opening, rest, at, change) => {
          const entries: RunEntry[] = [opening, ...rest]
          const undo = new FailingUndo()
          const [tried, never] = [createGraphBuilder(undefined, undo), createGraphBuilder()]
          for (const [i, entry] of entries.entries()) {
            undo.left = i === at % entries.length ? change : Number.POSITIVE_INFINITY
            try {
              give(tried, i, entry)
            } catch {
              failures++
              expect(Buffer.from(tried.save())).toEqual(Buffer.from(never.save()))
              continue
            }
            give(never, i, entry)
          }
          expect(textOf(tried)).toBe(textOf(never))
          expect(Buffer.from(tried.save())).toEqual(Buffer.from(never.save()))
          expect(tried.summary()).toEqual(never.summary())
        },
      ),
      { numRuns: 50 * effort, seed },
    )
    expect(failures).toBeGreaterThan(15)
  })

  it('takes back what was taken in, when another reader cannot take it', () => {
    fc.assert(
      fc.property(oddOpening, fc.array(oddEntry, { maxLength: 20 }), fc.nat(19), (opening, rest, at) => {
        const entries: RunEntry[] = [opening, ...rest]
        const [tried, never] = [createGraphBuilder(), createGraphBuilder()]
        for (const [i, entry] of entries.entries()) {
          if (i === at) tried.take(i as Lsn, entry).undo()
          else for (const graph of [tried, never]) give(graph, i, entry)
        }
        expect(textOf(tried)).toBe(textOf(never))
        expect(Buffer.from(tried.save())).toEqual(Buffer.from(never.save()))
      }),
      { numRuns: 100, seed },
    )
  })
})

describe('an entry that is skipped', () => {
  const refusing = (which: number) => ({
    take: (position: Lsn, { kind }: { kind: string }) => {
      if (position === which && kind !== 'skipped') throw new RangeError('no memory')
      return { keep: () => {}, undo: () => {} }
    },
  })

  it('is told with its position, and what it held is dropped, with its reason, before anything comes behind it', () => {
    const run = new RunScript().open().admit(0)
    const param = { type: 'param', key: 'lr', valueType: 'float', value: '0.1' } as const
    run.log(0, [param, { ...param, key: 'epochs' }])
    const position = run.entries.length
    const held: RunEntry = { ...run.entries.at(-1)!, first: 2, count: 2 } as RunEntry
    expect(takeIn([run.graph, refusing(position)], position as Lsn, held)).toBe('no memory')
    const { summary, roster } = { summary: run.graph.summary(), roster: run.graph.roster }
    expect(summary).toMatchObject({
      logs: 2,
      problems: 1,
      total: { sent: 4, stored: 2, dropped: 2 },
    })
    expect(roster.position).toBe(position)
    expect(textOf(run.graph)).toContain(`entry ${position} of the journal could not be taken in: no memory`)
    expect(textOf(run.graph)).toContain('not taken in 2')
    readJson(textOf(run.graph))
  })

  it('of the run itself is counted too', () => {
    const run = new RunScript().open().admit(0)
    const position = run.entries.length
    const entry: RunEntry = {
      kind: 'resumed',
      time: run.nowUs,
      aggregator: { version: '0.1.0', host: 'head', pid: 8 },
    }
    expect(takeIn([refusing(position), run.graph], position as Lsn, entry)).toBe('no memory')
    expect(run.graph.summary().problems).toBe(1)
    expect(textOf(run.graph)).not.toContain('run:recovery')
  })
})
