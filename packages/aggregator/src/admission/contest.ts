import { limits } from '@provloom/shared'
import type { Clock, Hello } from '@provloom/shared'
import { isAlive } from '../control/running.ts'
import type { Peer } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'
import { placeOf } from './session.ts'
import type { Session } from './session.ts'

/** An agent that wants to speak for a rank which another agent speaks for. */
export interface Challenger {
  readonly hello: Hello
  readonly run: OpenRun
  peer: Peer
}

interface Contest {
  readonly holder: Session
  readonly challenger: Challenger
  readonly sinceMs: number
}

export type Verdict =
  /** The holder is gone: its successor takes over. */
  | { readonly kind: 'takes-over'; readonly challenger: Challenger }
  /** Both live. */
  | { readonly kind: 'conflict'; readonly holder: Session; readonly challenger: Challenger }

/** A live agent is heard at least this often. */
const silenceMs: number = limits.heartbeatIntervalMs * 2.5
/** For one whose process is not to be seen on our machine; it may live in another container. */
const goneSilenceMs: number = limits.heartbeatIntervalMs * 1.25

/**
 * Tells an agent that was started again after its death from a second one for the same rank: the holder is given time
 * for two heartbeats. On our own machine its process can be looked for.
 */
export class Contests {
  readonly #clock: Clock
  readonly #host: string
  readonly #open = new Map<string, Contest>()

  constructor(clock: Clock, host: string) {
    this.#clock = clock
    this.#host = host
  }

  /** A hello for a rank that `holder` speaks for. */
  enter(holder: Session, challenger: Challenger): Verdict | undefined {
    const place = placeOf(holder)
    const known = this.#open.get(place)
    if (known !== undefined && known.challenger.hello.session === challenger.hello.session) {
      known.challenger.peer = challenger.peer
      return undefined
    }
    const now = this.#clock.monotonicMs()
    if (this.#isSilent(holder)) {
      this.#open.delete(place)
      return { kind: 'takes-over', challenger }
    }
    // A third one is answered when the contest of the second is over.
    if (known === undefined) this.#open.set(place, { holder, challenger, sinceMs: now })
    return undefined
  }

  /** Contests that have been decided since the last call. */
  decided(): Verdict[] {
    const verdicts: Verdict[] = []
    for (const [place, { holder, challenger, sinceMs }] of this.#open) {
      if (holder.phase === 'open' && holder.heardMs > sinceMs) {
        verdicts.push({ kind: 'conflict', holder, challenger })
      } else if (holder.phase !== 'open' || this.#isSilent(holder)) {
        verdicts.push({ kind: 'takes-over', challenger })
      } else continue
      this.#open.delete(place)
    }
    return verdicts
  }

  #isSilent(holder: Session): boolean {
    return this.#clock.monotonicMs() - holder.heardMs > patienceMs(holder, this.#host)
  }
}

function patienceMs(holder: Session, host: string): number {
  return holder.hello.host === host && !isAlive(holder.hello.pid) ? goneSilenceMs : silenceMs
}
