import { limits } from '@provloom/shared'
import type { RunEvent } from '../answer/live.ts'
import type { RunDocument } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'

/**
 * What happened in a run as far as its journal is gone, by its graph; of many events the last ones.
 *
 * @param afterMs of the newest that is known, milliseconds since the Unix epoch; NaN where none is
 */
export function eventsOfPast(run: KnownRun, document: RunDocument, afterMs: number): RunEvent[] {
  const { startTime, endTime } = run.file
  const all = [
    event(startTime, 'the run began'),
    ...rankEvents(run, document),
    ...fileEvents(document),
  ].filter(({ time }) => !(Date.parse(time) <= afterMs))
  const sorted = all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  // It is the last, whatever clocks say, and news to whoever followed the run.
  const end = endTime === null ? [] : [event(endTime, 'the run has ended')]
  return [...sorted, ...end].slice(-limits.eventsOfEndedMax)
}

function event(time: string, text: string): RunEvent {
  return { time: new Date(time).toISOString(), kind: 'run', text }
}

function rankEvents({ file }: KnownRun, document: RunDocument): RunEvent[] {
  const hosts = new Map(file.ledger.ranks.map(({ rank, attempt, host }) => [`${rank}.${attempt}`, host]))
  return document.ofType('provloom:RankExecution').flatMap((one) => {
    const rank = one.number('provloom:globalRank')
    if (rank === undefined) return []
    const [start, end] = [one.time('startTime'), one.time('endTime')]
    const host = hosts.get(`${rank}.${one.number('provloom:attempt') ?? 0}`) ?? ''
    const of = (time: string, text: string): RunEvent => ({ ...event(time, text), rank, kind: 'rank' })
    const isLost = one.text('provloom:status') === 'lost'
    return [
      ...(start === undefined ? [] : [of(start, host === '' ? 'began' : `began on ${host}`)]),
      ...(end === undefined ? [] : [of(end, isLost ? 'is not heard any more' : 'has ended')]),
    ]
  })
}

function fileEvents(document: RunDocument): RunEvent[] {
  return document.ofType('provloom:File').flatMap((file) => {
    const made = document
      .causesOf(file.id)
      .find(({ kind, time }) => kind === 'wasGeneratedBy' && time !== undefined)
    if (made?.time === undefined) return []
    const step = file.number('provloom:step')
    const rank = rankOf(document, made.to)
    const text = `saved ${file.label}${step === undefined ? '' : ` at step ${step}`}`
    return [{ ...event(made.time, text), kind: 'file' as const, ...(rank === undefined ? {} : { rank }) }]
  })
}

/** Of an activity the rank that it is, or is a part of. */
function rankOf(document: RunDocument, id: string): number | undefined {
  const element = document.element(id)
  const whole = element?.text('dcterms:isPartOf')
  return element?.number('provloom:globalRank') ?? (whole === undefined ? undefined : rankOf(document, whole))
}
