import type { Ledger } from '@provloom/rundir/entry'
import { ledgerOf, remarksOnRank } from './apply/ledger.ts'
import { hostEnergy } from './energy.ts'
import type { HostEnergy } from './energy.ts'
import { contextSpan, rankSpan } from './render/span.ts'
import type { ContextSpan, Span, SpanSources } from './render/span.ts'
import type { ContextState, HostState, RankState, RunState } from './state.ts'

/** What follows from each thing of a kind, made when it is asked for and kept until the thing changes. */
class Values<Value> {
  readonly #values = new Map<string, Value>()

  of(key: string, make: () => Value): Value {
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#values.set(key, made)
    return made
  }

  forget(key: string): void {
    this.#values.delete(key)
  }

  clear(): void {
    this.#values.clear()
  }
}

/** Of one attempt of a rank, for what is told of all of them together. */
export interface RankFacts {
  readonly span: Span
  readonly ledger: Ledger
  /** What is to be known of it that it did not tell itself, each `CODE: words`. */
  readonly remarks: readonly string[]
}

/**
 * What a flush tells of the run as a whole is of all its ranks, contexts and machines: of those that did not change since
 * the last one it is kept. It is as fresh as their own records, which are made anew by the same marks.
 */
export class Kept {
  readonly rank: Values<RankFacts> = new Values()
  readonly context: Values<ContextSpan> = new Values()
  readonly host: Values<HostEnergy> = new Values()

  ofRank(state: RunState, key: string, rank: RankState): RankFacts {
    return this.rank.of(key, () => ({
      span: rankSpan(state, rank),
      ledger: ledgerOf(rank),
      remarks: remarksOnRank(state, rank),
    }))
  }

  /** Of every attempt of every rank, in no order. */
  *ofRanks(state: RunState): Generator<RankFacts, void> {
    for (const [key, rank] of state.ranks) yield this.ofRank(state, key, rank)
  }

  ofContext(sources: SpanSources, key: string, context: ContextState): ContextSpan {
    return this.context.of(key, () => contextSpan(sources, key, context))
  }

  ofHost(state: RunState, key: string, host: HostState): HostEnergy {
    return this.host.of(key, () => hostEnergy(state, host))
  }
}
