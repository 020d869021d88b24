import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import type { Opened, Recorder } from '@provloom/rundir/entry'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { experimentName, recorderName, runName } from './names.ts'
import { forUsers } from './people.ts'
import { times } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, agent, entity, informed, relation } from './view.ts'

/** Of `run:record`: raised when the shape of the document changes. */
const recordFormat = 2

/** Recording made the record, not the training: who recorded, when, and each time that it was taken up again. */
export function recordingRecords(view: View, opened: Opened): Keyed[] {
  return [...record(view, opened), ...activities(view, opened), ...aggregator(view, opened), ...agents(view)]
}

function record(view: View, opened: Opened): Keyed[] {
  const { space } = view
  const id = space.run('record')
  const facts = new Facts()
    .label(`record of ${opened.settings.experimentName}_${opened.number}`)
    .type(prov('Bundle'), term('provloom', 'RunRecord'))
    .location('prov.json')
    .int('format', recordFormat)
    .text('runId', opened.runId)
  return [
    entity(id, facts.list),
    relation('hadMember', { collection: experimentName(view, opened), entity: id }),
    relation('wasGeneratedBy', { entity: id, activity: recorderName(view, 0) }),
    relation('wasAttributedTo', { entity: id, agent: space.run('aggregator') }),
  ]
}

function activities(view: View, opened: Opened): Keyed[] {
  const { state } = view
  const { recoveries, closed, lsn } = state
  const last = recoveries.length
  const records: Keyed[] = []
  const put = (at: number, start: number, { host, pid }: Recorder, facts: Facts): void => {
    const me = recorderName(view, at)
    facts.text('host', host).int('pid', pid)
    const isLast = at === last
    if (isLast) facts.int('journalPosition', lsn)
    const end = isLast ? closed?.lastTime : recoveries[at]?.closedBefore
    records.push(
      activity(me, times({ start, end: end === undefined ? undefined : Math.max(start, end) }), facts.list),
      informed(me, runName(view)),
      ...recorders(view, me),
    )
  }
  put(0, opened.time, opened.aggregator, new Facts().label('recording').type(term('provloom', 'Recording')))
  for (const [i, { time, aggregator: by, cause }] of recoveries.entries()) {
    const facts = new Facts()
      .label(`recovery ${i + 1}`)
      .type(term('provloom', 'Recovery'))
      .time('recoveredAt', time)
      .text('cause', cause)
    put(i + 1, time, by, facts)
  }
  return records
}

function recorders(view: View, activityName: QName): Keyed[] {
  const role = new Facts().role('recorder').list
  const ours = ['aggregator', ...(hasAgents(view) ? ['agent'] : [])]
  return ours.map((word) =>
    relation('wasAssociatedWith', { activity: activityName, agent: view.space.run(word) }, undefined, role),
  )
}

/** The program, whichever process of it recorded: where that ran is told of what it did. */
function aggregator(view: View, { aggregator: first }: Opened): Keyed[] {
  const id = view.space.run('aggregator')
  const versions = new Set([first.version, ...view.state.recoveries.map((one) => one.aggregator.version)])
  const facts = new Facts()
    .label(`provloom aggregator ${[...versions].sort().join(', ')}`)
    .type(prov('SoftwareAgent'))
  for (const version of [...versions].sort()) facts.word('schema', 'softwareVersion', version)
  return [agent(id, facts.list), ...forUsers(view, id)]
}

function hasAgents({ state }: View): boolean {
  for (const { start } of state.ranks.values()) if (start !== undefined) return true
  return false
}

/** Our agents, all ranks' as one: what each did is told by its rank. */
function agents(view: View): Keyed[] {
  const { state, space } = view
  if (!hasAgents(view)) return []
  const id = space.run('agent')
  const versions = new Set([...state.ranks.values()].flatMap(({ start }) => start?.agentVersion ?? []))
  const facts = new Facts()
    .label(`provloom agent ${[...versions].sort().join(', ')}`.trimEnd())
    .type(prov('SoftwareAgent'))
  for (const version of [...versions].sort()) facts.word('schema', 'softwareVersion', version)
  return [agent(id, facts.list), ...forUsers(view, id)]
}
