import type { Finding, RunAnswer, RunEvent } from '@provloom/reader'
import { bytes, digits, several } from './format.ts'
import { stripped } from './run-words.ts'

/** Something that happened. Of a file it may be known at which step, and not when. */
export interface Told extends Omit<RunEvent, 'time'> {
  readonly time?: string
  readonly step?: number
  /** Of which the same is told. */
  readonly ranks?: readonly number[]
}

/** Of what ranks did one after the other, each thing once: 1,024 of them begin and end. Of files it is told how they are kept. */
export function happened(newestFirst: readonly RunEvent[], { outputs }: RunAnswer): Told[] {
  const told: Told[] = []
  let alike = new Map<string, number>()
  for (const event of newestFirst) {
    if (event.kind !== 'rank' || event.rank === undefined) {
      alike = new Map()
      told.push(event.kind === 'file' ? withFile(event, outputs) : event)
      continue
    }
    const at = alike.get(event.text)
    const known = at === undefined ? undefined : told[at]
    if (at === undefined || known === undefined) {
      alike.set(event.text, told.length)
      told.push(event)
      continue
    }
    const { rank, ...more } = known
    const ranks = [...(known.ranks ?? (rank === undefined ? [] : [rank])), event.rank]
    told[at] = { ...more, ranks, text: ofSeveral(event.text) }
  }
  return told
}

function ofSeveral(text: string): string {
  return text
    .replace(/^has /, 'have ')
    .replace(/^is /, 'are ')
    .replace(/^its process ended/, 'their processes ended')
}

function withFile(event: RunEvent, outputs: RunAnswer['outputs']): Told {
  const file = outputs.find(({ name, step }) => event.text === savedWords(name, step))
  return file === undefined ? event : { ...event, text: `${event.text}${keptWords(file)}` }
}

/** As the reader tells it. */
function savedWords(name: string, step: number | undefined): string {
  return `saved ${name}${step === undefined ? '' : ` at step ${step}`}`
}

function keptWords({ size, sha256, stored }: RunAnswer['outputs'][number]): string {
  return [
    ` · ${bytes(size)}`,
    ...(sha256 === undefined ? [] : [`sha256 ${digits(sha256, 8)}`]),
    ...(stored === undefined ? [] : ['copy kept']),
  ].join(' · ')
}

/** What happened in a run that has ended, the newest first: its journal, which tells more, is gone. */
export function eventsOf(run: RunAnswer, findings: readonly Finding[] = []): Told[] {
  const { startTime, endTime, status, finding, outputs, hosts, worldSize } = run
  const files = outputs.slice(0, 8).map((one): Told => ({
    kind: 'file',
    text: `${savedWords(one.name, undefined)}${keptWords(one)}`,
    ...(one.rank === undefined ? {} : { rank: one.rank }),
    ...(one.step === undefined ? {} : { step: one.step }),
  }))
  const problems = run.problems.kinds
    .slice(0, 3)
    .map((one): Told => ({ kind: 'problem', text: `${one.count} × ${one.what}` }))
  const found = findings
    .filter(({ link, since }) => link?.page !== 'overview' && since?.step !== undefined)
    .map((one): Told => ({
      kind: 'finding',
      text: stripped(one.text.split(/[:;] /)[0] ?? one.text),
      step: one.since?.step ?? 0,
      ...(one.ranks.length === 1 ? { rank: one.ranks[0]! } : {}),
    }))
  // What is known by its step alone, the last one first.
  const stepped = [...files, ...found].sort((a, b) => (b.step ?? Infinity) - (a.step ?? Infinity))
  const of = hosts.shown.length + hosts.more
  return [
    ...(endTime === null
      ? []
      : [
          {
            kind: 'run' as const,
            time: endTime,
            text: `${status}${finding === undefined ? '' : `: ${finding.text}`}`,
          },
        ]),
    ...problems,
    ...stepped,
    {
      kind: 'run',
      time: startTime,
      text: `${several(of, 'host')}${worldSize === null ? '' : `, ${several(worldSize, 'rank')}`} · ${several(run.params.length + run.paramsMore, 'parameter')}`,
    },
  ]
}
