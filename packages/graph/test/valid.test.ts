import { describe as describeViolation, differences, readJson, validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort, seedOf } from '../../../test/support/effort.ts'
import { createGraphBuilder } from '../src/builder.ts'
import { add } from '@provloom/rundir/entry'
import type { RunEntry } from '@provloom/rundir/entry'
import { oddEntry, oddOpening } from './support/odd.ts'
import { RunScript, give, textOf, typicalRun } from './support/run.ts'

const seed = seedOf(20_260_105)
const manyRanks: readonly RunEntry[] = new RunScript()
  .admit(0)
  .admit(1)
  .admit(2)
  .admit(3)
  .admit(4)
  .admit(5)
  .admit(6)
  .admit(7)
  .admit(8).entries

/** Everything that is wrong with a document: by PROV-CONSTRAINTS, and by our own rules. */
function faults(document: ProvDocument): string[] {
  const declared = new Set<string>()
  const found = validate(document).map(describeViolation)
  const generations = new Map<string, number>()
  for (const { kind, id } of document.records) {
    if (kind !== 'entity' && kind !== 'activity' && kind !== 'agent') continue
    const name = `${id?.prefix}:${id?.local}`
    if (declared.has(name)) found.push(`${name} is declared twice`)
    declared.add(name)
    if (!/^[A-Za-z0-9._-]+$/.test(id?.local ?? '')) found.push(`${name} is no safe identifier`)
  }
  for (const { kind, args, times } of document.records) {
    for (const end of Object.values(args)) {
      if (end !== undefined && !declared.has(`${end.prefix}:${end.local}`))
        found.push(`${kind}: ${end.prefix}:${end.local} is not declared`)
    }
    const { startTime, endTime } = times
    if (startTime !== undefined && endTime !== undefined && endTime < startTime)
      found.push('ends before it starts')
    const made = args['entity']?.local
    if (kind === 'wasGeneratedBy' && made !== undefined) {
      generations.set(made, (generations.get(made) ?? 0) + 1)
      if (generations.get(made) === 2) found.push(`${made} is generated twice`)
    }
  }
  return found
}

describe('the graph of any entries', () => {
  it('is valid at every prefix, whatever the entries', () => {
    fc.assert(
      fc.property(oddOpening, fc.array(oddEntry, { maxLength: 30 }), fc.nat(29), (opening, entries, cut) => {
        const graph = createGraphBuilder()
        for (const [i, entry] of [opening, ...entries].entries()) {
          give(graph, i, entry)
          if (i === cut) expect(faults(readJson(textOf(graph)))).toEqual([])
        }
        const text = textOf(graph)
        expect(faults(readJson(text))).toEqual([])
        expect(differences(readJson(text), graph.document())).toEqual([])
        const { total, ranks } = graph.summary()
        for (const ledger of [total, ...ranks]) expect(ledger.sent).toBe(add(ledger.stored, ledger.dropped))
      }),
      { numRuns: 250 * effort, seed },
    )
  })

  it('is valid and the same as text and as a document when there are many ranks', () => {
    fc.assert(
      fc.property(oddOpening, fc.array(oddEntry, { maxLength: 30 }), (opening, entries) => {
        const graph = createGraphBuilder()
        for (const [i, entry] of [opening, ...manyRanks, ...entries].entries()) give(graph, i, entry)
        const read = readJson(textOf(graph))
        expect(faults(read)).toEqual([])
        expect(differences(read, graph.document())).toEqual([])
      }),
      { numRuns: 100 * effort, seed },
    )
  })

  it('has the same bytes rendered at once, step by step, and from a snapshot in between', () => {
    fc.assert(
      fc.property(oddOpening, fc.array(oddEntry, { maxLength: 20 }), fc.nat(20), (opening, rest, at) => {
        const entries: RunEntry[] = [opening, ...rest]
        const [once, stepwise, before] = [createGraphBuilder(), createGraphBuilder(), createGraphBuilder()]
        for (const [i, entry] of entries.entries()) {
          give(once, i, entry)
          give(stepwise, i, entry)
          stepwise.render()
          if (i < at) give(before, i, entry)
        }
        const after = createGraphBuilder(before.save())
        for (const [i, entry] of entries.entries()) if (i >= at) give(after, i, entry)
        const expected = textOf(once)
        expect(textOf(stepwise)).toBe(expected)
        expect(textOf(after)).toBe(expected)
        expect(after.summary()).toEqual(once.summary())
      }),
      { numRuns: 100 * effort, seed },
    )
  })

  it('is valid before anything is known', () => {
    expect(faults(readJson(textOf(createGraphBuilder())))).toEqual([])
  })

  it.each([1, 4, 9, 40])('is valid for a typical run of %i ranks', (ranks) => {
    expect(faults(typicalRun(ranks).graph.document())).toEqual([])
  })
})
