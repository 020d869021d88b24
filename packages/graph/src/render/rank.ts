import { dropsOf, ledgerOf, rankProblems, remarksOnRank } from '../apply/ledger.ts'
import { instant } from '../instant.ts'
import { term } from '../space.ts'
import type { RankState, RunState } from '../state.ts'
import { Facts } from './facts.ts'
import { hostName, planName, rankName, runName } from './names.ts'
import { rankSpan } from './span.ts'
import { processEndOf, rankStatus } from '../status.ts'
import type { Keyed, View } from './view.ts'
import { activity, relation } from './view.ts'

/** One attempt of a rank: an activity within the run, on its host, by its command, after its former attempt. */
export function rankRecords(view: View, key: string): Keyed[] {
  const { state } = view
  const rank = state.ranks.get(key)
  if (rank === undefined) return []
  const me = rankName(view, rank)
  const { start, end, toldEnd } = rankSpan(rank)
  const times = {
    startTime: start === undefined ? undefined : instant(start),
    endTime: end === undefined ? undefined : instant(end),
  }
  const facts = rankFacts(state, rank).time('toldEndTime', toldEnd)
  const host = hostName(view, rank.host)
  const former = view.attempts.before(rank)
  const records = [
    activity(me, times, facts.list),
    relation('wasInformedBy', { informed: me, informant: runName(view) }),
  ]
  if (host !== undefined)
    records.push(relation('wasAssociatedWith', { activity: me, agent: host, plan: planName(view, rank) }))
  if (former !== undefined)
    records.push(relation('wasInformedBy', { informed: me, informant: rankName(view, former) }))
  return records
}

function rankFacts(state: RunState, rank: RankState): Facts {
  const { start, end, session, sessionEnd, exit } = rank
  const { exitCode, signal } = processEndOf(rank)
  const ledger = ledgerOf(rank)
  const facts = new Facts()
    .label(rank.attempt === 0 ? `rank ${rank.rank}` : `rank ${rank.rank}, attempt ${rank.attempt}`)
    .type(term('provloom', 'RankExecution'))
    .int('globalRank', rank.rank)
    .int('localRank', start?.localRank)
    .int('nodeRank', start?.nodeRank)
    .int('attempt', rank.attempt)
    .text('host', rank.host)
    .int('pid', session?.pid ?? start?.pid)
    .text('devices', start?.devices)
    .text('status', rankStatus(state, rank))
    .int('exitCode', exitCode)
    .text('signal', signal)
    .text('error', end?.error ?? sessionEnd?.error)
    .int('eventsSent', ledger.sent)
    .int('eventsStored', ledger.stored)
    .int('eventsDropped', ledger.dropped)
  if (exit !== undefined) facts.time('processEnded', exit.time)
  if (rank.ended !== undefined) facts.flag('ledgerClosed', rank.ledgerClosed)
  if (session !== undefined)
    facts.text('client', `${session.library} ${session.libraryVersion} (${session.language})`)
  if (ledger.dropped > 0)
    facts.texts(
      'dropped',
      [...dropsOf(rank)].map(([reason, count]) => `${reason}: ${count}`),
    )
  facts.int('eventsKept', rank.kept?.records)
  const problems = rankProblems(state, rank)
  if (problems > 0)
    facts.int('problems', problems).texts('problem', [...rank.problems, ...remarksOnRank(state, rank)])
  if (rank.conflictHosts.length > 0) facts.texts('conflictingHost', rank.conflictHosts)
  return facts
}
