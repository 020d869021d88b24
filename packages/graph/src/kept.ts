import type { Ledger } from '@provloom/rundir/entry'
import { ledgerOf, remarksOnRank } from './apply/ledger.ts'
import { hostEnergy } from './energy.ts'
import type { HostEnergy } from './energy.ts'
import { otherTools } from './energy-other.ts'
import type { OtherTool } from './energy-other.ts'
import type { Inhabitant } from './energy-device.ts'
import { contextSpan, rankSpan, watchSpan } from './render/span.ts'
import type { ContextSpan, Span, SpanSources } from './render/span.ts'
import { extentOf } from './statistics.ts'
import type { Extent } from './statistics.ts'
import { countedRanks } from './render/watchers.ts'
import type { ContextState, HostState, RankState } from './state.ts'

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
  /** Of what it logged itself. */
  readonly logged: Extent | undefined
}

/** Of one machine. */
export interface HostFacts {
  /** Ranks whose measurements count; undefined where all do. */
  readonly counted: ReadonlySet<string> | undefined
  readonly watch: Span
  readonly energy: HostEnergy
  /** What other tools say of it. */
  readonly others: readonly OtherTool[]
}

/**
 * What a flush tells of the run as a whole is of all its ranks, contexts and machines: of those that did not change since
 * the last one it is kept. It is as fresh as their own records, which are made anew by the same marks.
 */
export class Kept {
  readonly rank: Values<RankFacts> = new Values()
  readonly context: Values<ContextSpan> = new Values()
  readonly host: Values<HostFacts> = new Values()
  /** By the key of a group's context. */
  readonly groupUses: Values<boolean> = new Values()
  readonly #sources: SpanSources

  constructor(sources: SpanSources) {
    this.#sources = sources
  }

  ofRank(key: string, rank: RankState): RankFacts {
    return this.rank.of(key, () => ({
      span: rankSpan(this.#sources, key, rank),
      ledger: ledgerOf(rank),
      remarks: remarksOnRank(this.#sources.state, rank),
      logged: loggedBy(this.#sources, key),
    }))
  }

  /** Of every attempt of every rank, in no order. */
  *ofRanks(): Generator<RankFacts, void> {
    for (const [key, rank] of this.#sources.state.ranks) yield this.ofRank(key, rank)
  }

  ofContext(key: string, context: ContextState): ContextSpan {
    return this.context.of(key, () => contextSpan(this.#sources, key, context))
  }

  ofHost(key: string, host: HostState): HostFacts {
    return this.host.of(key, () => {
      const { state } = this.#sources
      const endOf = (rankKey: string): number | undefined => {
        const rank = state.ranks.get(rankKey)
        return rank === undefined ? undefined : this.ofRank(rankKey, rank).span.end
      }
      const counted = countedRanks(state, host, endOf)
      return {
        counted,
        watch: watchSpan(this.#sources, key, host, endOf),
        energy: hostEnergy(host, counted, this.#inhabitants(key)),
        others: otherTools(state.otherEnergy.get(key), counted),
      }
    })
  }

  #inhabitants(hostKey: string): Inhabitant[] {
    const { state, links } = this.#sources
    return links.onHost.of(hostKey).flatMap((key) => {
      const rank = state.ranks.get(key)
      if (rank === undefined) return []
      const { start, end } = this.ofRank(key, rank).span
      return [{ key, rank, start, end }]
    })
  }
}

/** How far the metrics have come that an attempt of a rank logs itself. */
function loggedBy({ state, index, tallies }: SpanSources, rankKey: string): Extent | undefined {
  const slots = index.ofOwner(rankKey).flatMap((key) => {
    const series = state.series.get(key)
    const metric = series === undefined ? undefined : state.metrics.get(series.metricKey)
    const isOwn = metric !== undefined && metric.measures === undefined
    return series === undefined || !isOwn ? [] : series.slots.map(({ slot }) => slot)
  })
  return extentOf(tallies, slots)
}
