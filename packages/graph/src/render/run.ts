import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import type { Opened } from '@provloom/rundir/entry'
import { ledgerOf, totalOf } from '../apply/ledger.ts'
import { instant } from '../instant.ts'
import { lastingSlug } from '../name.ts'
import { ownProblems, problemKinds } from '../problems.ts'
import { term } from '../space.ts'
import type { EventOf } from '../state.ts'
import { Facts } from './facts.ts'
import { ranksInOrder, runName, runPlanName } from './names.ts'
import { runSpan } from './span.ts'
import { runStatus } from '../status.ts'
import { storeRecords } from './store.ts'
import { activity, agent, entity, relation } from './view.ts'
import type { Keyed, View } from './view.ts'
import { commandWords } from './words.ts'

/** The run itself, what began it, who has part in it and what it is recorded in. Nothing before the run is opened. */
export function runRecords(view: View): Keyed[] {
  const { opened } = view.state
  if (opened === undefined) return []
  return [
    ...experiment(view, opened),
    runActivity(view, opened),
    ...launch(view),
    ...people(view, opened),
    ...storeRecords(view),
  ]
}

function experiment(view: View, opened: Opened): Keyed[] {
  const { space } = view
  const { experimentName } = opened.settings
  const id = space.user(`experiment-${lastingSlug(experimentName)}`)
  const record = space.run('record')
  const title = `${experimentName}_${opened.number}`
  return [
    entity(id, new Facts().label(experimentName).type(prov('Collection'), term('mls', 'Experiment')).list),
    entity(
      record,
      new Facts().label(`record of ${title}`).type(term('provloom', 'RunRecord')).text('runId', opened.runId)
        .list,
    ),
    relation('hadMember', { collection: id, entity: record }),
    relation('wasGeneratedBy', { entity: record, activity: runName(view) }),
    relation('wasAttributedTo', { entity: record, agent: space.run('aggregator') }),
  ]
}

function runActivity(view: View, opened: Opened): Keyed {
  const { state } = view
  const { settings } = opened
  const { start, end, toldEnd } = runSpan(state)
  const total = totalOf([...state.ranks.values()].map(ledgerOf))
  const launchers = ranksInOrder(view).flatMap(({ start }) => start?.launcher ?? [])
  const facts = new Facts()
    .label(`${settings.experimentName}_${opened.number}`)
    .type(term('mls', 'Run'))
    .text('runId', opened.runId)
    .text('experimentName', settings.experimentName)
    .int('runNumber', opened.number)
    .text('status', runStatus(state))
    .int('worldSize', state.worldSize)
    .int('ranksAccepted', new Set([...state.ranks.values()].map(({ rank }) => rank)).size)
    .int('ranksRefused', state.refused.size)
    .text('jobId', opened.jobKey)
    .texts('launcher', launchers)
    .flag('collectAllProcesses', settings.collectAllProcesses)
    .int('saveAfterNLogs', settings.saveAfterNLogs)
    .int('logs', state.logs)
    .int('eventsSent', total.sent)
    .int('eventsStored', total.stored)
    .int('eventsDropped', total.dropped)
    .int('journalPosition', state.lsn)
    .time('toldEndTime', toldEnd)
    .texts('problem', ownProblems(state))
    .texts('hint', state.hints)
    .text('runName', opened.runName)
    .ints('absentRank', state.absent)
    .ints('elsewhereRank', state.elsewhere)
  const kinds = problemKinds(state)
  if (kinds.length > 0)
    facts
      .int(
        'problems',
        kinds.reduce((sum, { count }) => sum + count, 0),
      )
      .texts(
        'problemKind',
        kinds.map((kind) => `${kind.code} ${kind.count}: ${kind.what}. Try: ${kind.try}`),
      )
  if (state.resumed > 0) facts.int('aggregatorRestarts', state.resumed)
  if (state.conflicts > 0) facts.int('rankConflicts', state.conflicts)
  const times = {
    startTime: start === undefined ? undefined : instant(start),
    endTime: end === undefined ? undefined : instant(end),
  }
  return activity(runName(view), times, facts.list)
}

/** What started the run: a launch, where a launcher is known, by the command, which is an entity. */
function launch(view: View): Keyed[] {
  const { space } = view
  const run = runName(view)
  const plan = runPlanName(view)
  const told = ranksInOrder(view).flatMap(({ start }) =>
    start === undefined || !isLaunched(start) ? [] : [start],
  )[0]
  if (told === undefined)
    return plan === undefined ? [] : [relation('wasStartedBy', { activity: run, trigger: plan })]
  const id = space.run('launch')
  const facts = new Facts()
    .label(`launch by ${launcherWords(told)}`)
    .type(term('provloom', 'Launch'))
    .text('launcher', told.launcher)
  if (told.launcherCommand !== undefined) facts.text('argv', JSON.stringify(told.launcherCommand))
  const launcher = space.run('launcher')
  return [
    activity(id, { startTime: undefined, endTime: undefined }, facts.list),
    relation('wasInformedBy', { informed: run, informant: id }),
    ...(plan === undefined ? [] : [relation('wasStartedBy', { activity: run, trigger: plan, starter: id })]),
    agent(launcher, new Facts().label(launcherWords(told)).type(prov('SoftwareAgent')).list),
    relation('wasAssociatedWith', { activity: id, agent: launcher }),
    ...forUsers(view, launcher),
  ]
}

/** Whether something launched the rank: an agent that found no launcher says `none`. */
function isLaunched({ launcher, launcherCommand }: EventOf<'rank.start'>): boolean {
  return launcherCommand !== undefined || (launcher !== undefined && launcher !== 'none')
}

/** The launcher's name; one that is known by its variables alone (`generic`) by its command, where there is one. */
function launcherWords({ launcher, launcherCommand = [] }: EventOf<'rank.start'>): string {
  const isNamed = launcher !== undefined && launcher !== 'generic' && launcher !== 'none'
  if (isNamed) return launcher
  const words = launcherCommand.map((word) => word.replace(/^.*\//, ''))
  const isScript = /^(?:node|python[\d.]*|bash|sh)$/.test(words[0] ?? '') && words.length > 1
  const word = isScript ? words[1]?.replace(/\.[a-z]+$/, '') : words[0]
  return word === undefined || word === '' ? (launcher ?? 'launcher') : commandWords([word], 40)
}

function people(view: View, opened: Opened): Keyed[] {
  const { state, space } = view
  const run = runName(view)
  const plan = runPlanName(view)
  const records: Keyed[] = []
  for (const [login, id] of [...state.users].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const user = space.user(id)
    records.push(agent(user, new Facts().label(login).type(prov('Person')).text('login', login).list))
    records.push(relation('wasAssociatedWith', { activity: run, agent: user, plan }))
  }
  const { aggregator } = opened
  const ours = space.run('aggregator')
  const facts = new Facts()
    .label(`provloom aggregator ${aggregator.version}`)
    .type(prov('SoftwareAgent'))
    .text('version', aggregator.version)
    .text('host', aggregator.host)
    .int('pid', aggregator.pid)
  records.push(agent(ours, facts.list), relation('wasAssociatedWith', { activity: run, agent: ours }))
  records.push(...forUsers(view, ours), ...agents(view))
  return records
}

/** Our agents, all ranks' as one: what each did is told by its rank. */
function agents(view: View): Keyed[] {
  const { state, space } = view
  const versions = [...state.ranks.values()].flatMap(({ start }) =>
    start === undefined ? [] : [start.agentVersion ?? ''],
  )
  if (versions.length === 0) return []
  const ours = space.run('agent')
  const known = [...new Set(versions)].filter((version) => version !== '').sort()
  const facts = new Facts()
    .label(`provloom agent ${known.join(', ')}`.trimEnd())
    .type(prov('SoftwareAgent'))
    .texts('version', known)
  return [
    agent(ours, facts.list),
    relation('wasAssociatedWith', { activity: runName(view), agent: ours }),
    ...forUsers(view, ours),
  ]
}

function forUsers({ state, space }: View, delegate: QName): Keyed[] {
  return [...state.users.values()].map((id) =>
    relation('actedOnBehalfOf', { delegate, responsible: space.user(id) }),
  )
}
