import type { HeadFigure, HeadOtherEnergy, HeadOtherPart } from '@provloom/rundir/entry'
import type { DeviceTotal } from '../energy-device.ts'
import type { OtherPart, OtherTool } from '../energy-other.ts'
import type { Kept } from '../kept.ts'
import { keyOf } from '../name.ts'
import type { RunState } from '../state.ts'
import { headText } from './shown.ts'

const methodMax = 200

/** What of ours is the same part of a machine; what a node takes beyond its devices nobody else tells. */
const covered: Readonly<Record<OtherPart['part'], readonly string[]>> = {
  processors: ['package'],
  memory: ['dram'],
  accelerators: ['gpu'],
  job: ['package', 'dram', 'gpu', 'rest'],
}

interface Of {
  readonly tool: OtherTool
  readonly devices: readonly DeviceTotal[]
}

/** Of all machines together: by tool and version, then by part and method. */
export function headOtherEnergy(state: RunState, kept: Kept): readonly HeadOtherEnergy[] {
  const tools = new Map<string, Of[]>()
  for (const [key, host] of [...state.hosts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { others, energy } = kept.ofHost(key, host)
    for (const tool of others) {
      const group = keyOf(tool.tool, tool.version ?? '')
      tools.set(group, [...(tools.get(group) ?? []), { tool, devices: energy.devices }])
    }
  }
  return [...tools].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, hosts]) => together(hosts))
}

function together(hosts: readonly Of[]): readonly HeadOtherEnergy[] {
  const [first] = hosts
  if (first === undefined) return []
  const { tool, version } = first.tool
  const reason = hosts.find((one) => one.tool.reason !== undefined)?.tool.reason
  const grams = hosts.flatMap((one) => one.tool.parts.flatMap(({ gramsCO2e }) => gramsCO2e ?? []))
  return [
    {
      tool,
      ...(version === undefined ? {} : { version }),
      parts: partsOf(hosts),
      ...(grams.length === 0 ? {} : { gramsCO2e: sum(grams) }),
      ...(reason === undefined ? {} : { reason: headText(reason, methodMax) }),
    },
  ]
}

function partsOf(hosts: readonly Of[]): HeadOtherPart[] {
  const groups = new Map<string, (OtherPart & Pick<Of, 'devices'>)[]>()
  for (const { tool, devices } of hosts)
    for (const part of tool.parts) {
      const group = keyOf(part.part, part.kind, part.method)
      groups.set(group, [...(groups.get(group) ?? []), { ...part, devices }])
    }
  return [...groups.values()].flatMap((parts) => {
    const [first] = parts
    if (first === undefined) return []
    const { part, kind, method } = first
    // A job's figure is of all its machines already.
    const joules =
      part === 'job' ? Math.max(...parts.map((one) => one.joules)) : sum(parts.map((one) => one.joules))
    const coveredMs = Math.min(...parts.map((one) => one.coveredMs ?? Infinity))
    return [
      {
        part,
        kind,
        method: headText(method, methodMax),
        joules,
        ...(Number.isFinite(coveredMs) ? { coveredMs } : {}),
        ours: figuresOf(parts.flatMap(({ devices }) => devices.filter((one) => isOf(one, part)))),
      },
    ]
  })
}

function isOf({ counted, facts }: DeviceTotal, part: OtherPart['part']): boolean {
  return counted && covered[part].includes(facts.covers)
}

function figuresOf(devices: readonly DeviceTotal[]): HeadFigure[] {
  const figures = new Map<string, HeadFigure>()
  for (const { kind, facts, joules } of devices) {
    const method = headText(facts.method, methodMax)
    const known = figures.get(keyOf(kind, method))
    figures.set(keyOf(kind, method), { kind, method, joules: (known?.joules ?? 0) + joules })
  }
  return [...figures].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0)
}
