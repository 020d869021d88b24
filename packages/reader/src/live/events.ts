import type { JournalNews } from '@provloom/rundir'
import type { RunEvent } from '../answer/live.ts'
import type { Finding } from '../answer/why.ts'

/** What came into a run's journal, in words; what a person would not look for is left out. */
export function eventsOf({ entries, records }: JournalNews): RunEvent[] {
  const events = [...entries.flatMap((entry) => entryEvent(entry) ?? []), ...records.flatMap(fileEvents)]
  return events.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
}

/** What the graph knows too is told as the journal has it. */
export function behind(past: readonly RunEvent[], told: readonly RunEvent[]): RunEvent[] {
  const words = ({ rank, text }: RunEvent): string => `${rank ?? ''} ${text}`
  const known = new Set(told.map(words))
  return [...past.filter((one) => !known.has(words(one))), ...told]
}

/** With what was found, of which it is known since when it is so. */
export function withFindings(events: readonly RunEvent[], findings: readonly Finding[]): RunEvent[] {
  const found = findings.flatMap(({ text, ranks, ranksMore, since, level }): RunEvent[] => {
    if (since?.time === undefined) return []
    const rank = ranks.length === 1 && ranksMore === undefined ? ranks[0] : undefined
    // Which rank it is stands beside it.
    const first = text.split(/[:;.] /)[0] ?? text
    const begin = rank === undefined ? first : first.replace(/^rank \d+ (?:\([^)]*\) )?/, '')
    const word = level === 'error' ? 'at' : 'since'
    const step = since.step === undefined || / step \d/.test(begin) ? '' : `, ${word} step ${since.step}`
    return [
      {
        time: since.time,
        kind: 'finding',
        text: `${begin}${step}`,
        ...(rank === undefined ? {} : { rank }),
      },
    ]
  })
  const all = [...events]
  for (const one of found) {
    const at = all.findIndex(({ time }) => time > one.time)
    all.splice(at < 0 ? all.length : at, 0, one)
  }
  return all
}

function entryEvent(entry: JournalNews['entries'][number]): RunEvent | undefined {
  switch (entry.kind) {
    case 'opened':
      return { time: timeOf(entry.time), kind: 'run', text: 'the run began' }
    case 'resumed':
      return { time: timeOf(entry.time), kind: 'run', text: 'the aggregator was started again and went on' }
    case 'reopened':
      return { time: timeOf(entry.time), kind: 'run', text: 'the run goes on' }
    case 'closed':
      return { time: timeOf(entry.time), kind: 'run', text: 'the run has ended' }
    case 'remark':
      return { time: timeOf(entry.time), kind: 'problem', text: entry.message }
    case 'admitted':
      return ofRank(entry, `began on ${entry.host}`)
    case 'lost':
      return ofRank(entry, 'is not heard any more')
    case 'ended':
      return ofRank(entry, 'has ended')
    case 'exited': {
      const how = entry.signal ?? (entry.exitCode === undefined ? '' : `exit code ${entry.exitCode}`)
      return ofRank(entry, `its process ended: ${how}`)
    }
    case 'conflict':
      return ofRank(entry, `is claimed by two agents, one on ${entry.host}`)
    case 'kept':
    case 'refusal':
    case 'retired':
    case 'uncollected':
    case 'absent':
    case 'parts':
    case 'gone':
      return undefined
  }
}

function ofRank({ time, rank }: { readonly time: number; readonly rank: number }, text: string): RunEvent {
  return { time: timeOf(time), rank, kind: 'rank', text }
}

function fileEvents({ rank, events }: JournalNews['records'][number]): RunEvent[] {
  return events.flatMap(({ event }) => {
    if (event.type !== 'artifact') return []
    const at = event.step === undefined ? '' : ` at step ${event.step}`
    return [{ time: timeOf(event.time), rank, kind: 'file' as const, text: `saved ${event.name}${at}` }]
  })
}

function timeOf(us: number): string {
  return new Date(us / 1000).toISOString()
}
