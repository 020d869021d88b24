import { iriOf, labelOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { isBefore } from '../model/time.ts'
import type { Remarks } from './remark.ts'

/** What is said of when an activity began and ended. */
interface Span {
  start: string | undefined
  end: string | undefined
}

/** When an entity came to be and ceased. */
interface Life {
  generated: string | undefined
  invalidated: string | undefined
}

/**
 * Times that run backwards. PROV-CONSTRAINTS orders events and compares no clocks, so none of it is a violation; of two
 * machines a few milliseconds may be their clocks'. Compared is what is stated: an activity's times, and those of events.
 */
export function remarkOnTimes(records: readonly ProvRecord[], found: Remarks): void {
  const spans = new Map<string, Span>()
  const lives = new Map<string, Life>()
  for (const record of records) gather(record, spans, lives)
  if (spans.size === 0 && lives.size === 0) return
  for (const record of records) {
    if (record.kind === 'activity') remarkOnSpan(record, record.id, spans, found)
    else if (record.kind === 'wasInformedBy') remarkOnInformed(record, spans, found)
    else if (record.times['time'] !== undefined)
      remarkOnEvent(record, record.times['time'], spans, lives, found)
  }
}

function gather(record: ProvRecord, spans: Map<string, Span>, lives: Map<string, Life>): void {
  const { kind, args, times } = record
  if (kind === 'activity') {
    const { startTime, endTime } = times
    if (startTime === undefined && endTime === undefined) return
    const span = spanOf(record.id!, spans)
    span.start ??= startTime
    span.end ??= endTime
    return
  }
  const { time } = times
  if (time === undefined) return
  const { activity, entity } = args
  if (kind === 'wasStartedBy' && activity !== undefined) spanOf(activity, spans).start ??= time
  else if (kind === 'wasEndedBy' && activity !== undefined) spanOf(activity, spans).end ??= time
  else if (kind === 'wasGeneratedBy' && entity !== undefined) lifeOf(entity, lives).generated ??= time
  else if (kind === 'wasInvalidatedBy' && entity !== undefined) lifeOf(entity, lives).invalidated ??= time
}

function spanOf(activity: QName, spans: Map<string, Span>): Span {
  const iri = iriOf(activity)
  let span = spans.get(iri)
  if (span === undefined) spans.set(iri, (span = { start: undefined, end: undefined }))
  return span
}

function lifeOf(entity: QName, lives: Map<string, Life>): Life {
  const iri = iriOf(entity)
  let life = lives.get(iri)
  if (life === undefined) lives.set(iri, (life = { generated: undefined, invalidated: undefined }))
  return life
}

/** All of one kind are one remark, told by the first. */
const ALL = ''

function remarkOnSpan(record: ProvRecord, id: QName | null, spans: Map<string, Span>, found: Remarks): void {
  const span = id === null ? undefined : spans.get(iriOf(id))
  if (span?.start === undefined || span.end === undefined || !isBefore(span.end, span.start)) return
  const { start, end } = span
  found.note(
    'end-before-start',
    labelOf(id!),
    record,
    () => `${labelOf(id!)} ends at ${end}, before its start at ${start}.`,
    ALL,
  )
}

function remarkOnInformed(record: ProvRecord, spans: Map<string, Span>, found: Remarks): void {
  const { informed, informant } = record.args
  if (informed === undefined || informant === undefined) return
  const end = spans.get(iriOf(informed))?.end
  const start = spans.get(iriOf(informant))?.start
  if (end === undefined || start === undefined || !isBefore(end, start)) return
  const [one, other] = [labelOf(informed), labelOf(informant)]
  found.note(
    'informed-before-start',
    one,
    record,
    () => `${one} was informed by ${other}, yet it had ended at ${end}, and ${other} began at ${start}.`,
    ALL,
  )
}

const VERBS: Readonly<Record<string, string>> = {
  used: 'use',
  wasGeneratedBy: 'generation',
  wasInvalidatedBy: 'invalidation',
}

function remarkOnEvent(
  record: ProvRecord,
  time: string,
  spans: Map<string, Span>,
  lives: Map<string, Life>,
  found: Remarks,
): void {
  const { kind, args } = record
  const noun = VERBS[kind]
  if (noun === undefined) return
  const { activity, entity } = args
  const what = entity === undefined ? `the ${noun}` : `the ${noun} of ${labelOf(entity)}`
  const span = activity === undefined ? undefined : spans.get(iriOf(activity))
  // An activity need not be there any more when what it made is lost; PROV orders only its use and its making.
  if (span !== undefined && kind !== 'wasInvalidatedBy') {
    const whole = (): string =>
      `${what} at ${time} is outside ${labelOf(activity!)}, which goes from ${span.start ?? 'an unknown time'} to ${span.end ?? 'an unknown time'}.`
    if (
      (span.start !== undefined && isBefore(time, span.start)) ||
      (span.end !== undefined && isBefore(span.end, time))
    )
      found.note('event-outside-activity', labelOf(activity!), record, () => upper(whole()), ALL)
  }
  const life = entity === undefined ? undefined : lives.get(iriOf(entity))
  if (life === undefined || entity === undefined || kind === 'wasGeneratedBy') return
  const { generated, invalidated } = life
  const name = labelOf(entity)
  if (generated !== undefined && isBefore(time, generated)) {
    const code = kind === 'used' ? 'used-before-generation' : 'invalidated-before-generation'
    found.note(
      code,
      name,
      record,
      () => upper(`${what} is at ${time}, before its generation at ${generated}.`),
      ALL,
    )
  }
  if (kind === 'used' && invalidated !== undefined && isBefore(invalidated, time))
    found.note(
      'used-after-invalidation',
      name,
      record,
      () => upper(`${what} is at ${time}, after its invalidation at ${invalidated}.`),
      ALL,
    )
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
