import { dropsOf } from '../apply/ledger.ts'
import type { EnergyKind } from '../energy-device.ts'
import type { RankFacts } from '../kept.ts'
import { term } from '../space.ts'
import type { RankState, RunState } from '../state.ts'
import { processEndOf, rankStatus } from '../status.ts'
import { joulesByKind } from './energy.ts'
import { Facts } from './facts.ts'
import { attemptName, hostName, planName, rankName } from './names.ts'
import { times } from './span.ts'
import type { Span } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, informed, relation } from './view.ts'
import { timesWords } from './words.ts'

/** One attempt of a rank: a part of that attempt of all, on its machine, by its command. */
export function rankRecords(view: View, key: string): Keyed[] {
  const { state } = view
  const rank = state.ranks.get(key)
  if (rank === undefined) return []
  const me = rankName(view, rank)
  const whole = attemptName(view, rank.attempt)
  const known = view.kept.ofRank(key, rank)
  const { span } = known
  const facts = rankFacts(state, rank, known).int('parametersPending', pendingOf(view, key, rank))
  joulesByKind(facts, sharesOf(view, key, rank))
  const host = hostName(view, rank.hostKey)
  const records = [
    activity(me, times(span), facts.link('dcterms', 'isPartOf', whole).list),
    informed(me, whole),
  ]
  if (host !== undefined)
    records.push(relation('wasAssociatedWith', { activity: me, agent: host, plan: planName(view, rank) }))
  return records
}

/** What it has of its machine's energy. */
function sharesOf(
  { state, kept }: View,
  key: string,
  { hostKey }: RankState,
): ReadonlyMap<EnergyKind, number> | undefined {
  const on = hostKey === undefined ? undefined : state.hosts.get(hostKey)
  if (hostKey === undefined || on === undefined) return undefined
  return kept.ofHost(hostKey, on).energy.shares.ranks.get(key)
}

function rankFacts(state: RunState, rank: RankState, { span, ledger, remarks }: RankFacts): Facts {
  const { start, session, sessionEnd, end } = rank
  const { exitCode, signal } = processEndOf(rank)
  const facts = new Facts()
    .label(rank.attempt === 0 ? `rank ${rank.rank}` : `rank ${rank.rank}, attempt ${rank.attempt}`)
    .type(term('provloom', 'RankExecution'))
    .int('globalRank', rank.rank)
    .int('localRank', start?.localRank)
    .int('nodeRank', start?.nodeRank)
    .int('attempt', rank.attempt)
    .int('pid', session?.pid ?? start?.pid)
    .texts(
      'device',
      (rank.devices ?? start?.devices ?? '').split(',').map((one) => one.trim()),
    )
    .text('status', rankStatus(state, rank))
    .int('exitCode', exitCode)
    .text('signal', signal)
    .text('error', end?.error ?? sessionEnd?.error)
    .text('stderr', end?.stderr)
    .int('eventsSent', ledger.sent)
    .int('eventsStored', ledger.stored)
    .int('eventsDropped', ledger.dropped)
    .texts(
      'droppedBy',
      [...dropsOf(rank)].map(([reason, count]) => `${reason} ${count}`),
    )
    .int('eventsKept', rank.kept?.records)
  tellProcess(facts, rank, span)
  if (rank.ended !== undefined) facts.flag('ledgerClosed', rank.ledgerClosed)
  if (span.stepped) facts.flag('clockStepped', true)
  if (session !== undefined)
    facts.text('client', `${session.library} ${session.libraryVersion} (${session.language})`)
  const problems = rank.problemCount + remarks.length
  if (problems > 0)
    facts
      .int('problems', problems)
      .texts('problem', [
        ...[...rank.problems]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([words, count]) => timesWords(words, count)),
        ...remarks,
      ])
  return facts.texts('conflictingHost', rank.conflictHosts.toSorted())
}

/** When its process began and ended, where that is not when its session did. */
function tellProcess(facts: Facts, { start, end, exit }: RankState, span: Span): void {
  const ended = exit?.time ?? end?.time
  const began = start?.processTime
  if (began !== undefined && began !== span.start) facts.time('processStarted', began)
  if (ended !== undefined && ended !== span.end) facts.time('processEnded', ended)
}

/** Parameters that it told and of which the document does not say yet that it used them. */
function pendingOf(
  { state, links }: View,
  key: string,
  { settled, contexts }: RankState,
): number | undefined {
  if (settled) return undefined
  let pending = 0
  for (const owner of [key, ...contexts])
    for (const told of links.told.of(owner)) if (state.shared.get(told)?.facts.type === 'param') pending++
  return pending === 0 ? undefined : pending
}

/** A rank that is not collected and did not end well: that it was there, and how it ended. */
export function bystanderRecords(view: View, key: string): Keyed[] {
  const told = view.state.bystanders.get(key)
  if (told === undefined || view.state.ranks.has(key)) return []
  const { rank, attempt, status, exitCode, signal, error, time, endUs = time } = told
  const name = attempt === 0 ? `rank-${rank}` : `rank-${rank}.attempt-${attempt}`
  const me = view.space.run(name)
  const whole = attemptName(view, attempt)
  const facts = new Facts()
    .label(`rank ${rank}, not collected`)
    .type(term('provloom', 'RankExecution'))
    .int('globalRank', rank)
    .int('attempt', attempt)
    .text('status', status)
    .int('exitCode', exitCode)
    .text('signal', signal)
    .text('error', error)
    .flag('collected', false)
    .link('dcterms', 'isPartOf', whole)
  return [activity(me, times({ start: undefined, end: endUs }), facts.list), informed(me, whole)]
}
