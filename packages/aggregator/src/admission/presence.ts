import { limits } from '@provloom/shared'
import type { Clock, Gone, Hello, PlaceEnd, Present } from '@provloom/shared'

interface Seen {
  readonly jobKey: string
  readonly rank: number | undefined
  readonly silent: boolean
  heardMs: number
}

/**
 * Which agents of which jobs are here, with an open session or without: a run whose ranks have all ended waits for a
 * rank whose agent is there, and an aggregator stays while anybody is.
 */
export class Presence {
  readonly #clock: Clock
  readonly #agents = new Map<string, Seen>()
  /** Ranks that have had a session, and the agents of their last ones, by job. */
  readonly #begun = new Map<string, Map<number, string>>()
  readonly #heardMs = new Map<string, number>()
  /** How places ended whose job had no run yet. */
  readonly #ends = new Map<string, PlaceEnd[]>()
  /** Beyond these the oldest job is forgotten. */
  readonly #jobsMax = 4_096
  readonly #sinceMs: number
  #lastMs: number
  #missedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastMs = this.#sinceMs = clock.monotonicMs()
  }

  /** For so long nobody could be heard: it does not count as anybody's silence. */
  missed(ms: number): void {
    if (ms <= 0) return
    this.#missedMs += ms
    // Some may have been heard before this was known.
    const now = this.#now
    this.#lastMs = Math.min(now, this.#lastMs)
    for (const seen of this.#agents.values()) seen.heardMs = Math.min(now, seen.heardMs)
    for (const [job, heardMs] of this.#heardMs) this.#heardMs.set(job, Math.min(now, heardMs))
  }

  /** Somebody is here. */
  get any(): boolean {
    this.#forget()
    return this.#agents.size > 0
  }

  /** Since anybody was heard at all, or since the beginning. */
  get silentMs(): number {
    return this.#now - this.#lastMs
  }

  present({ agent, jobKey, rank, silent }: Present): void {
    this.#see(agent, { jobKey, rank, silent, heardMs: this.#now })
  }

  /** One of its sessions says something. */
  session({ agent, jobKey, rank }: Pick<Hello, 'agent' | 'jobKey' | 'rank'>): void {
    const begun = this.#begun.get(jobKey) ?? new Map<number, string>()
    this.#begun.set(jobKey, begun.set(rank, agent))
    if (this.#begun.size > this.#jobsMax) this.#begun.delete([...this.#begun.keys()][0]!)
    this.#see(agent, { jobKey, rank, silent: false, heardMs: this.#now })
  }

  /** @param jobKey of the session that spoke: one agent may have sessions of several jobs, each of which is heard by it */
  heard(agent: string, jobKey: string): void {
    const seen = this.#agents.get(agent)
    if (seen === undefined) return
    this.#see(agent, { ...seen, heardMs: this.#now })
    this.#heardOf(jobKey, this.#now)
  }

  gone({ agent }: Pick<Gone, 'agent'>): void {
    this.#agents.delete(agent)
  }

  /** To be recorded in the first run of the job. */
  keepEnds({ jobKey, ends }: Pick<Gone, 'jobKey' | 'ends'>): void {
    const kept = [...(this.#ends.get(jobKey) ?? []), ...ends].slice(0, limits.attemptsPerRunMax)
    if (kept.length > 0) this.#ends.set(jobKey, kept)
    if (this.#ends.size > this.#jobsMax) this.#ends.delete([...this.#ends.keys()][0]!)
  }

  takeEnds(jobKey: string, isOfRun: (end: PlaceEnd) => boolean): readonly PlaceEnd[] {
    const ends = this.#ends.get(jobKey) ?? []
    const left = ends.filter((end) => !isOfRun(end))
    if (left.length > 0) this.#ends.set(jobKey, left)
    else this.#ends.delete(jobKey)
    return ends.filter((end) => isOfRun(end))
  }

  agentOf(jobKey: string, rank: number): 'silent' | 'here' | undefined {
    for (const seen of this.#living(jobKey)) if (seen.rank === rank) return seen.silent ? 'silent' : 'here'
    return undefined
  }

  anyOf(...jobKeys: readonly string[]): boolean {
    return jobKeys.some((jobKey) => this.#living(jobKey).length > 0)
  }

  hadSession(jobKey: string, rank: number): boolean {
    return this.#begun.get(jobKey)?.has(rank) === true
  }

  /** The agent that had the rank's last session is here: it may have another. */
  mayComeBack(jobKey: string, rank: number): boolean {
    const agent = this.#begun.get(jobKey)?.get(rank)
    this.#forget()
    return agent !== undefined && this.#agents.has(agent)
  }

  /** Since an agent of the job was heard, or since the beginning. */
  jobSilentMs(jobKey: string): number {
    return this.#now - (this.#heardMs.get(jobKey) ?? this.#sinceMs)
  }

  /** Of the time in which we listened. */
  get #now(): number {
    return this.#clock.monotonicMs() - this.#missedMs
  }

  #see(agent: string, seen: Seen): void {
    this.#agents.set(agent, seen)
    this.#lastMs = seen.heardMs
    this.#heardOf(seen.jobKey, seen.heardMs)
  }

  #heardOf(jobKey: string, heardMs: number): void {
    this.#heardMs.delete(jobKey)
    this.#heardMs.set(jobKey, heardMs)
    if (this.#heardMs.size > this.#jobsMax) this.#heardMs.delete([...this.#heardMs.keys()][0]!)
  }

  #living(jobKey: string): Seen[] {
    this.#forget()
    return [...this.#agents.values()].filter((one) => one.jobKey === jobKey)
  }

  #forget(): void {
    const now = this.#now
    for (const [agent, { heardMs }] of this.#agents)
      if (now - heardMs > limits.lostAfterMs) this.#agents.delete(agent)
  }
}
