import type { Rank } from '@provloom/shared'

/** Ranks remembered over all jobs. When there are more, the job that was turned away first is forgotten. */
const rememberedMax = 65_536

/**
 * Ranks that were turned away before the run of their job was there: only rank 0 opens a run where it alone is
 * collected. When it does, the run's ledger names them.
 */
export class TurnedAway {
  readonly #jobs = new Map<string, Set<Rank>>()
  #count = 0

  note(job: string, rank: Rank): void {
    const ranks = this.#jobs.get(job) ?? new Set<Rank>()
    if (ranks.has(rank)) return
    if (this.#count >= rememberedMax) this.#forgetFirst()
    this.#jobs.set(job, ranks.add(rank))
    this.#count++
  }

  /** The ranks of a job, given once. */
  take(job: string): readonly Rank[] {
    const ranks = [...(this.#jobs.get(job) ?? [])]
    this.#jobs.delete(job)
    this.#count -= ranks.length
    return ranks
  }

  #forgetFirst(): void {
    const [first] = this.#jobs.keys()
    if (first !== undefined) this.take(first)
  }
}
