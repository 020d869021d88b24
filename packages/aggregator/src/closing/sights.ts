import { limits } from '@provloom/shared'
import type { Conversations } from '../admission/conversations.ts'
import type { Presence } from '../admission/presence.ts'
import type { Registry } from '../admission/registry.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Departures } from './departures.ts'
import { missingOf } from './outlook.ts'
import type { JobSight, Missing } from './outlook.ts'

export interface SightsRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly conversations: Conversations
  readonly presence: Presence
  /** Whether somebody is there who will end us. */
  readonly isAttended: () => boolean
}

/** What is seen of the jobs of open runs: who is there, who was, and since when somebody is not any more. */
export class Sights {
  readonly #rooms: SightsRooms
  readonly #departures: Departures

  constructor(rooms: SightsRooms) {
    this.#rooms = rooms
    this.#departures = new Departures(rooms.around.clock)
  }

  /** Notes who has left a run, so that it is known how long ago: now and then, for it looks at all ranks. */
  note({ roster }: OpenRun): void {
    this.#departures.look(roster)
  }

  of(run: OpenRun): JobSight {
    const { presence, conversations, registry } = this.#rooms
    const jobs = [...conversations.jobsOf(run)]
    return {
      agoMs: (state) => this.#departures.agoMs(state),
      agentOf: (rank) => jobs.map((job) => presence.agentOf(job, rank)).find((one) => one !== undefined),
      hadSession: (rank) => jobs.some((job) => presence.hadSession(job, rank) || registry.hasHad(job, rank)),
      earlierSpeaks: () => conversations.of(run).some(({ speaks }) => speaks),
      isDeserted: this.isDeserted(run),
    }
  }

  /** Of one that is to end now: nobody else is waited for. Where nobody came it is not known who was to. */
  missingNow(run: OpenRun): Missing {
    const { roster } = run
    if (roster.closed || roster.rankCount === 0) return roster
    const { registry, conversations } = this.#rooms
    const jobs = [...conversations.jobsOf(run)]
    const hadSession = (rank: number): boolean => jobs.some((job) => registry.hasHad(job, rank))
    // Who is here and got in nowhere has nothing elsewhere.
    return missingOf(roster, { ...this.of(run), agentOf: () => undefined, hadSession })
  }

  /** Nobody of its job was heard for so long that nobody will be, unless somebody sees to it. */
  isDeserted(run: OpenRun): boolean {
    const { around, presence, conversations, isAttended } = this.#rooms
    const silentMs = Math.min(...[...conversations.jobsOf(run)].map((job) => presence.jobSilentMs(job)))
    if (silentMs < limits.lostAfterMs) return false
    return silentMs >= limits.lostWaitMs || (!isAttended() && isOfOneMachine(run, around.host))
  }

  /** Whether one that has ended may still be added to: by who is here, or may be starting. */
  mayGrow(run: OpenRun): boolean {
    const { presence, conversations } = this.#rooms
    return presence.anyOf(...conversations.jobsOf(run)) || mayHaveMore(run)
  }
}

/** No launcher of several machines started its ranks, and those that have not ended ran here: no network keeps them away. */
function isOfOneMachine({ roster }: OpenRun, host: string): boolean {
  for (const { start, ended, restarts, host: own } of roster.latest()) {
    if (restarts !== undefined || (start?.launcher ?? ourLauncher) !== ourLauncher) return false
    if (ended === undefined && own !== host) return false
  }
  return true
}

const ourLauncher = 'provloom run'

/** No launcher started its ranks, and nobody told how many they are: one may be starting, whose agent is slow to come. */
function mayHaveMore({ roster }: OpenRun): boolean {
  if (roster.worldSize !== undefined) return false
  for (const { start } of roster.latest())
    if (start !== undefined && start.launcher === undefined) return true
  return false
}
