import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import type { Opened } from '@provloom/rundir/entry'
import { totalOf } from '../apply/ledger.ts'
import { problemKinds, runProblems } from '../problems.ts'
import { term } from '../space.ts'
import type { RankState, RunState } from '../state.ts'
import { runStatus } from '../status.ts'
import { launcherRecords } from './attempt.ts'
import { totalEnergyRecords } from './energy.ts'
import { Facts } from './facts.ts'
import { experimentName, planName, runName } from './names.ts'
import { people } from './people.ts'
import { recordingRecords } from './recording.ts'
import { runSpan, spansOf, times } from './span.ts'
import { storeRecords } from './store.ts'
import type { Keyed, View } from './view.ts'
import { activity, entity, informed, relation } from './view.ts'

/** The run itself, what began it, who has part in it and what it is recorded in. Nothing before the run is opened. */
export function runRecords(view: View): Keyed[] {
  const { opened } = view.state
  if (opened === undefined) return []
  return [
    experiment(view, opened),
    ...runActivity(view, opened),
    ...people(view),
    ...launcherRecords(view),
    ...recordingRecords(view, opened),
    ...storeRecords(view),
    ...totalEnergyRecords(view),
  ]
}

function experiment(view: View, opened: Opened): Keyed {
  const { experimentName: name } = opened.settings
  const facts = new Facts()
    .label(name)
    .type(prov('Collection'), term('mls', 'Experiment'))
    .word('schema', 'name', name)
    .link('mls', 'hasPart', runName(view))
  return entity(experimentName(view, opened), facts.list)
}

function runActivity(view: View, opened: Opened): Keyed[] {
  const { state, space } = view
  const span = runSpan(state, spansOf(view.kept.ofRanks()))
  const run = runName(view)
  const facts = runFacts(view, opened)
  if (span.stepped) facts.flag('clockStepped', true)
  tellMachineLearning(view, facts)
  const records = [activity(run, times(span), facts.list)]
  const first = firstWithCommand(view)
  const plan = first === undefined ? undefined : planName(view, first)
  if (plan !== undefined)
    records.push(relation('wasStartedBy', { activity: run, trigger: plan }, times(span).startTime))
  if (space.former !== undefined) {
    const former = new Facts()
      .label('the run before')
      .type(term('mls', 'Run'))
      .text('runId', opened.informedBy)
    records.push(activity(space.former, times({ start: undefined, end: undefined }), former.list))
    records.push(informed(run, space.former))
  }
  return records
}

function runFacts(view: View, opened: Opened): Facts {
  const { state, kept } = view
  const { settings } = opened
  const facts = [...kept.ofRanks()]
  const total = totalOf(facts.map(({ ledger }) => ledger))
  const kinds = problemKinds(state, facts)
  const problems = kinds.reduce((sum, { count }) => sum + count, 0)
  return new Facts()
    .label(`${settings.experimentName}_${opened.number}`)
    .type(term('mls', 'Run'))
    .text('runId', opened.runId)
    .text('experimentName', settings.experimentName)
    .int('runNumber', opened.number)
    .text('runName', opened.runName)
    .text('status', runStatus(state))
    .int('worldSize', state.worldSize)
    .int('ranksAccepted', view.attempts.rankCount)
    .int('ranksRefused', state.refused.size)
    .ints('absentRank', state.absent)
    .ints('elsewhereRank', state.elsewhere)
    .text('jobId', opened.jobKey)
    .texts('launcher', launchersOf(state))
    .flag('collectAllProcesses', settings.collectAllProcesses)
    .int('saveAfterNLogs', settings.saveAfterNLogs)
    .int('logs', state.logs)
    .int('eventsSent', total.sent)
    .int('eventsStored', total.stored)
    .int('eventsDropped', total.dropped)
    .flag('ledgerClosed', ledgerClosed(state))
    .int('rankConflicts', state.conflicts === 0 ? undefined : state.conflicts)
    .int('seriesLeftOut', view.index.leftOut === 0 ? undefined : view.index.leftOut)
    .int('problems', problems === 0 ? undefined : problems)
    .texts('problem', runProblems(state, kinds))
    .texts('hint', state.hints)
}

/** Of the first rank that told its command. */
function firstWithCommand({ state }: View): RankState | undefined {
  let first: { readonly key: string; readonly rank: RankState } | undefined
  for (const [key, rank] of state.ranks)
    if (rank.command !== undefined && (first === undefined || key < first.key)) first = { key, rank }
  return first?.rank
}

function launchersOf({ ranks }: RunState): string[] {
  const launchers = new Set<string>()
  for (const { start } of ranks.values()) if (start?.launcher !== undefined) launchers.add(start.launcher)
  return [...launchers].sort()
}

/** Undefined while there are no ranks. */
function ledgerClosed({ ranks }: RunState): boolean | undefined {
  if (ranks.size === 0) return undefined
  for (const rank of ranks.values()) if (!rank.ledgerClosed) return false
  return true
}

/** By ML Schema alone: what the run executed, what it was given, what came of it. */
function tellMachineLearning(view: View, facts: Facts): void {
  const { state, space, sources } = view
  const inputs: QName[] = []
  const outputs: QName[] = []
  for (const key of state.datasets) {
    const shared = state.shared.get(key)
    if (shared !== undefined) (shared.direction === 'output' ? outputs : inputs).push(space.run(shared.id))
  }
  for (const [only, another] of state.params.values()) {
    const shared = only === undefined || another !== undefined ? undefined : state.shared.get(only)
    if (shared !== undefined) (shared.direction === 'output' ? outputs : inputs).push(space.run(shared.id))
  }
  for (const model of state.models.values()) outputs.push(space.run(model.id))
  for (const final of state.finals.values())
    for (const { id } of final.members.values()) outputs.push(space.run(id))
  const code = sources.list.map(({ id }) => space.run(sources.list.length === 1 ? 'source' : id))
  facts.link('mls', 'executes', ...byName(code)).link('mls', 'hasInput', ...byName(inputs))
  facts.link('mls', 'hasOutput', ...byName(outputs))
}

function byName(names: readonly QName[]): QName[] {
  return [...names].sort((a, b) => (a.local < b.local ? -1 : Number(a.local > b.local)))
}
