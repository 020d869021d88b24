import type { EnergyKind } from './energy-device.ts'
import type { EventOf, ToldOther } from './state.ts'

type Told = EventOf<'energy.other'>

/** What another tool says of one part of a machine, over all who asked it. */
export interface OtherPart {
  readonly part: NonNullable<Told['part']>
  readonly kind: EnergyKind
  readonly method: string
  readonly joules: number
  readonly coveredMs: number | undefined
  readonly gramsCO2e: number | undefined
}

export interface OtherTool {
  readonly tool: Told['tool']
  readonly version: string | undefined
  /** In the order of their names. */
  readonly parts: readonly OtherPart[]
  /** Why it says nothing, or nothing of some part of the time. */
  readonly reason: string | undefined
}

/** @param counted ranks whose measurements count; undefined where all do */
export function otherTools(
  told: ReadonlyMap<string, ReadonlyMap<string, ToldOther>> | undefined,
  counted: ReadonlySet<string> | undefined,
): readonly OtherTool[] {
  const tools = new Map<Told['tool'], Told[][]>()
  for (const [, streams] of [...(told ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const events = [...streams]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { rankKey, event }]) => (counted?.has(rankKey) === false ? [] : [event]))
    const [first] = events
    if (first !== undefined) tools.set(first.tool, [...(tools.get(first.tool) ?? []), events])
  }
  return [...tools].map(([tool, groups]) => ({
    tool,
    version: groups.flat().find(({ version }) => version !== undefined)?.version,
    parts: groups.flatMap(partOf),
    reason: groups.flat().find(({ reason }) => reason !== undefined)?.reason,
  }))
}

function partOf(events: readonly Told[]): readonly OtherPart[] {
  const last = events.findLast(({ part, kind, joules }) => (part && kind && joules) !== undefined)
  if (last?.part === undefined || last.kind === undefined) return []
  const sum = (of: (event: Told) => number | undefined): number | undefined => {
    const values = events.flatMap((event) => of(event) ?? [])
    return values.length === 0 ? undefined : values.reduce((all, one) => all + one, 0)
  }
  return [
    {
      part: last.part,
      kind: last.kind,
      method: last.method ?? 'it does not say how',
      joules: sum((event) => event.joules) ?? 0,
      coveredMs: sum((event) => event.coveredMs),
      gramsCO2e: sum((event) => event.gramsCO2e),
    },
  ]
}
