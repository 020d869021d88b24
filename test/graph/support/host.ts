import { ranksOfHost, secondUs } from './plan.ts'
import type { Example, Start } from './plan.ts'
import type { Place, Said, Telling } from './telling.ts'

/** The machine of a rank: eight ranks have one. */
export function hostOf(rank: number): { readonly host: string; readonly hostId: string } {
  const node = Math.floor(rank / ranksOfHost)
  return {
    host: `node${node}`,
    hostId: `${(0x1a2b3c4d + node).toString(16)}-5e6f-4a1b-8c2d-3e4f5a6b7c8d`,
  }
}

const watched = [
  'cpu_percent',
  'memory_used',
  'network_sent',
  'network_received',
  'disk_read',
  'disk_written',
]

interface Device {
  readonly device: string
  readonly joules: number
  readonly method: string
  readonly kind: 'measured' | 'integrated' | 'estimated'
  readonly covers: 'package' | 'dram' | 'gpu'
}

/** What each host's devices use in an attempt, and how that is known. */
const few: readonly Device[] = [
  { device: 'package-0', joules: 1000, method: 'rapl', kind: 'measured', covers: 'package' },
  { device: 'package-1', joules: 2000, method: 'rapl', kind: 'measured', covers: 'package' },
  { device: 'dram', joules: 500, method: 'estimated', kind: 'estimated', covers: 'dram' },
  gpuOf(0),
]

export const devicesOf = {
  none: [],
  few,
  many: [...few, ...[1, 2, 3, 4, 5, 6].map(gpuOf)],
} as const

function gpuOf(index: number): Device {
  const device = `GPU-${index}2345678-1234-1234-1234-123456789abc`
  return { device, joules: 5000, method: 'nvml power', kind: 'integrated', covers: 'gpu' }
}

/** The first agent of a host watches it for the run. */
export function hostWatched(telling: Telling, start: Start, place: Place): void {
  const machine = hostOf(place.rank)
  const said: Said[] = [
    { type: 'watch', edge: 'start', ...machine, shared: 1 },
    ...watched.map(
      (key, id) => ({ type: 'series', id, key, source: 'system', measures: 'host', unit: '%' }) as const,
    ),
    { type: 'series', id: watched.length, key: 'rank_memory', source: 'system', measures: 'rank', unit: 'B' },
  ]
  telling.log(place, agentStream, start.beginsUs + 2 * secondUs, said)
}

/** What it measured, and the energy of the host's devices. */
export function hostMeasured(
  telling: Telling,
  { devices }: Example,
  start: Start,
  place: Place,
  endUs: number,
): void {
  const machine = hostOf(place.rank)
  const courses = [...watched, 'rank_memory'].map((_, series) => ({
    series,
    firstStep: 0,
    rows: 4,
    value: (step: number) => 10 * series + step,
    timeUs: (step: number) => start.beginsUs + (10 + step) * secondUs,
  }))
  const energy = devicesOf[devices].map(
    (one) => ({ type: 'energy', counted: true, ...machine, ...one }) as const,
  )
  telling.log(place, agentStream, endUs - 3 * secondUs, energy, courses)
  telling.log(place, agentStream, endUs - 2 * secondUs, [
    { type: 'watch', edge: 'end', ...machine, shared: 1 },
  ])
}

export const agentStream = 'agent-1'
