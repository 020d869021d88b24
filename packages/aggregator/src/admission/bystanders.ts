import { limits } from '@provloom/shared'
import type { Gone, Hello, PlaceEnd, RunId } from '@provloom/shared'
import { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Presence } from './presence.ts'
import type { Registry } from './registry.ts'
import { TurnedAway } from './turned-away.ts'

export interface BystandersRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly presence: Presence
}

/** Ranks that are not collected, and ranks that ended without a session: each is told in the run that it is of. */
export class Bystanders {
  readonly #rooms: BystandersRooms
  readonly #turnedAway = new TurnedAway()

  constructor(rooms: BystandersRooms) {
    this.#rooms = rooms
  }

  /**
   * A rank is not collected: the run's ledger counts it, also where the run is not there yet.
   *
   * @returns the run, where it is there
   * @throws what the journal does
   */
  async turnAway(hello: Hello): Promise<RunId | undefined> {
    const { registry, around } = this.#rooms
    const run = registry.turnOf(hello)
    if (!(run instanceof OpenRun) || run.isEnding || run.isOver) {
      this.#turnedAway.note(registry.textOf(hello), hello.rank)
      return run?.facts.runId
    }
    const { refused } = run.roster
    if (!refused.has(hello.rank) && refused.size < limits.attemptsPerRunMax)
      await run.record({ kind: 'refusal', time: around.clock.nowUs(), rank: hello.rank })
    return run.facts.runId
  }

  /** Somebody was let into the run: what came before it was there is told in it. */
  entered(run: OpenRun): void {
    const { registry, presence, around } = this.#rooms
    const { jobKey, settings, runName, ordinal } = run.facts
    const time = around.clock.nowUs()
    if (!settings.collectAllProcesses && !run.isEnding) {
      const named = runName === undefined ? {} : { runName }
      for (const rank of this.#turnedAway.take(
        registry.textOf({ jobKey, asked: settings, ordinal, ...named }),
      )) {
        // Its trouble is told by the journal; the count alone would then be short.
        if (!run.roster.refused.has(rank)) run.record({ kind: 'refusal', time, rank }).catch(() => {})
      }
    }
    const isOfRun = (end: PlaceEnd): boolean => this.#runOf(jobKey, end, run) === run
    for (const end of presence.takeEnds(jobKey, isOfRun))
      run.record({ kind: 'uncollected', time, ...end }).catch(() => {})
  }

  /**
   * An agent leaves: how its places ended amends their run while that is not closed. Of one that was quiet in a run that
   * is closed nothing is left to be said, and in no other run; of one that had no session the newest run of the job says
   * it.
   */
  async ended({ jobKey, ends }: Gone): Promise<void> {
    const { registry, presence, around } = this.#rooms
    const newest = registry.open.findLast(({ facts }) => facts.jobKey === jobKey)
    const time = around.clock.nowUs()
    const told: Promise<unknown>[] = []
    const early: PlaceEnd[] = []
    for (const end of ends) {
      const run = this.#runOf(jobKey, end, newest)
      if (run instanceof OpenRun) told.push(run.record({ kind: 'uncollected', time, ...end }))
      else if (run === undefined) early.push(end)
    }
    presence.keepEnds({ jobKey, ends: early })
    await Promise.all(told)
  }

  #runOf(jobKey: string, { turn }: PlaceEnd, newest: OpenRun | undefined): ReturnType<Registry['turnOf']> {
    if (turn === undefined) return newest
    const { experimentName, ...more } = turn
    const asked = experimentName === undefined ? {} : { experimentName }
    return this.#rooms.registry.turnOf({ jobKey, asked, ...more })
  }
}
