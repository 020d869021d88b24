import type { HostClock } from '@provloom/graph/stop'
import type { RunDocument } from '../../document/document.ts'
import type { Element } from '../../document/element.ts'
import type { KnownRank } from '../../folder/known-file.ts'
import type { RankFacts } from '../facts.ts'
import { memoryFull } from '../limits.ts'

/** The last attempt of each rank, by rank: of run.json, and what the graph adds to it. */
export function ranksOf(rows: readonly KnownRank[], document: RunDocument | undefined): RankFacts[] {
  const latest = new Map<number, KnownRank>()
  for (const row of rows) {
    const known = latest.get(row.rank)
    if (known === undefined || known.attempt < row.attempt) latest.set(row.rank, row)
  }
  const elements = elementsOf(document)
  const hosts = document === undefined ? new Map<string, HostFacts>() : hostsOf(document)
  return [...latest.values()]
    .sort((a, b) => a.rank - b.rank)
    .map((row) => {
      const element = elements.get(`${row.rank}.${row.attempt}`)
      const host = element === undefined ? undefined : hosts.get(hostOf(document, element))
      return {
        rank: row.rank,
        attempt: row.attempt,
        status: row.status,
        exitCode: row.exitCode,
        signal: row.signal,
        error: element?.text('provloom:error') ?? row.error,
        lastStep: row.lastStep,
        lastUs: row.lastUs,
        endUs: endOf(row, element),
        clock: host?.clock,
        host: row.host,
        device: row.device ?? element?.text('provloom:device'),
        droppedByDisk: droppedByDisk(element),
        memoryShare: host?.memoryShare,
        memoryFull: (host?.memoryShare ?? 0) >= memoryFull,
      }
    })
}

function elementsOf(document: RunDocument | undefined): Map<string, Element> {
  const found = new Map<string, Element>()
  for (const element of document?.ofType('provloom:RankExecution') ?? []) {
    const [rank, attempt] = [element.number('provloom:globalRank'), element.number('provloom:attempt')]
    if (rank !== undefined) found.set(`${rank}.${attempt ?? 0}`, element)
  }
  return found
}

/** Of a lost rank nobody saw the end. */
function endOf({ status }: KnownRank, element: Element | undefined): number | undefined {
  const time = element?.time('endTime')
  return time === undefined || status === 'lost' || status === 'running' || status === 'unseen'
    ? undefined
    : microseconds(time)
}

/** A time of the document has microseconds, which a Date does not. */
export function microseconds(time: string): number {
  const fraction = /\.(\d+)Z?$/.exec(time)?.[1] ?? ''
  const whole = Date.parse(time.replace(/\.\d+/, ''))
  return whole * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

function droppedByDisk(element: Element | undefined): number {
  const reasons = element?.texts('provloom:droppedBy') ?? []
  return reasons.reduce((sum, one) => sum + Number(/^disk-full (\d+)$/.exec(one)?.[1] ?? 0), 0)
}

interface HostFacts {
  readonly clock: HostClock
  readonly memoryShare: number | undefined
}

function hostOf(document: RunDocument | undefined, { id }: Element): string {
  return document?.causesOf(id).find(({ kind }) => kind === 'wasAssociatedWith')?.to ?? ''
}

/** Machines by their id. */
function hostsOf(document: RunDocument): Map<string, HostFacts> {
  const used = new Map<string, number>()
  for (const one of document.ofType('provloom:Measurement')) {
    const of = one.text('provloom:measures') ?? ''
    const most = one.number('provloom:max')
    if (one.label === 'memory_bytes' && most !== undefined) used.set(of, Math.max(most, used.get(of) ?? 0))
  }
  return new Map(
    document.ofType('provloom:Host').map((host) => {
      const memory = host.number('provloom:memoryBytes')
      const most = used.get(host.id)
      return [
        host.id,
        {
          clock: {
            host: host.id,
            offsetUs: host.number('provloom:clockOffsetUs') ?? 0,
            uncertaintyUs: host.number('provloom:clockUncertaintyUs') ?? Infinity,
          },
          memoryShare: memory === undefined || most === undefined ? undefined : most / memory,
        },
      ]
    }),
  )
}
