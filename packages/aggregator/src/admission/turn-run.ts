import type { ClosedRun } from '@provloom/rundir/internal'
import { attemptOf } from '@provloom/shared'
import type { Attempt, Rank, RankStatus } from '@provloom/shared'
import type { OpenRun } from '../run/open-run.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import type { Held, TurnRun } from './turn.ts'

/** A run that takes part in the decision which run a session belongs to, and what it is. */
export type Candidate = TurnRun &
  ({ readonly kind: 'open'; readonly run: OpenRun } | { readonly kind: 'closed'; readonly run: ClosedRun })

/**
 * An open run as the decision sees it: by its journal, and by who is just being admitted.
 *
 * @param sinceMs when this aggregator began: of whom it has not heard since, it has not heard since then
 */
export function openCandidate(
  run: OpenRun,
  conversations: Conversations,
  nowMs: number,
  sinceMs: number,
): Candidate {
  const { roster } = run
  const { ordinal } = run.facts
  const coming = admitting(run, conversations)
  const highestAttempt = Math.max(roster.highestAttempt, ...coming.map(({ attempt }) => attempt))
  return {
    kind: 'open',
    run,
    ordinal,
    open: true,
    worldSize:
      coming.find(({ attempt }) => attempt === highestAttempt && attempt > roster.highestAttempt)?.hello
        .worldSize ?? roster.worldSize,
    highestAttempt,
    reopenable: false,
    unheld: (rank) => roster.lastOf(rank) === undefined,
    latest: (rank) => holdOf(run, rank, conversations, nowMs, sinceMs),
    brokeOff: () =>
      [...roster.latest()].some((one) => one.lost !== undefined || hasFallen(roster.statusOf(one))),
    attemptGoesOn: (attempt) => {
      if (coming.some((one) => one.attempt === attempt)) return true
      const those = [...roster.latest()].filter((one) => one.attempt === attempt)
      return (
        those.some((one) => one.ended === undefined && one.lost === undefined) ||
        those.every((one) => one.ended !== undefined && roster.statusOf(one) === 'completed')
      )
    },
    attemptOf: (rank, session) =>
      roster.heldBy(rank, session)?.attempt ?? admittedNow(run, session, conversations),
    isHeld: (rank, attempt) => isHeld(run, rank, attempt, conversations),
    hasOthers: (rank) => [...roster.latest(), ...coming].some((one) => one.rank !== rank),
  }
}

export function closedCandidate(run: ClosedRun): Candidate {
  return {
    kind: 'closed',
    run,
    ordinal: run.facts.ordinal,
    open: false,
    worldSize: run.worldSize,
    highestAttempt: run.highestAttempt,
    reopenable: run.reopenable,
    unheld: (rank) => run.unheld.includes(rank),
    latest: (rank) => {
      if (run.unheld.includes(rank) || (run.worldSize !== undefined && rank >= run.worldSize))
        return undefined
      const [, attempt = run.highestAttempt, status = 'completed'] =
        run.unwell.findLast(([other]) => other === rank) ?? []
      return {
        session: '',
        worker: '',
        agent: '',
        attempt: attemptOf(Math.max(0, attempt)),
        state: status === 'lost' ? 'lost' : 'ended',
        status,
        told: undefined,
        startedUs: undefined,
        silentMs: Infinity,
        closing: false,
      }
    },
    brokeOff: () => run.unwell.some(([, , status]) => hasFallen(status)),
    attemptGoesOn: (attempt) => !run.unwell.some(([, other]) => other === attempt),
    attemptOf: () => undefined,
    isHeld: () => false,
    hasOthers: () => false,
  }
}

function holdOf(
  run: OpenRun,
  rank: Rank,
  conversations: Conversations,
  nowMs: number,
  sinceMs: number,
): Held | undefined {
  const state = run.roster.lastOf(rank)
  const speaking = conversations.holder(run, rank)
  // One of an earlier attempt may just be let in again.
  if (speaking?.phase === 'admitting' && speaking.attempt >= (state?.attempt ?? 0)) {
    const { session, hello, attempt } = speaking
    const { worker, agent } = hello
    return {
      session,
      worker,
      agent,
      attempt,
      told: hello.attempt,
      state: 'open',
      startedUs: hello.startedUs,
      status: undefined,
      silentMs: 0,
      closing: false,
    }
  }
  if (state === undefined) return undefined
  const { holder } = state
  const of = speaking?.session === holder?.session ? speaking : undefined
  return {
    session: holder?.session ?? '',
    worker: holder?.worker ?? '',
    agent: of?.hello.agent ?? '',
    attempt: state.attempt,
    told: holder?.told,
    state: state.ended !== undefined ? 'ended' : state.lost !== undefined ? 'lost' : 'open',
    startedUs: holder?.startedUs ?? state.session?.time ?? state.firstTime,
    status: state.end?.status ?? state.sessionEnd?.status,
    silentMs: nowMs - (of?.heardMs ?? sinceMs),
    closing: of?.closing === true,
  }
}

function admittedNow(run: OpenRun, id: string, conversations: Conversations): Attempt | undefined {
  const conversation = conversations.get(id)
  return conversation?.run === run && conversation.phase === 'admitting' ? conversation.attempt : undefined
}

function admitting(run: OpenRun, conversations: Conversations): Conversation[] {
  return conversations.of(run).filter(({ phase }) => phase === 'admitting')
}

/** Ended, and not as somebody meant. */
function hasFallen(status: RankStatus | 'running'): boolean {
  return status === 'failed' || status === 'killed' || status === 'lost'
}

function isHeld(run: OpenRun, rank: Rank, attempt: Attempt, conversations: Conversations): boolean {
  if (run.roster.find(rank, attempt) !== undefined) return true
  return admitting(run, conversations).some((one) => one.rank === rank && one.attempt === attempt)
}
