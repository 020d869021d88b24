import { limits } from '@provloom/shared'
import type { GraphAnswer, GraphElement, GraphQuery, GraphRelation } from '../answer/graph.ts'
import type { Relation, RunDocument } from '../document/document.ts'
import type { Element } from '../document/element.ts'

const [boxWidth, boxGap, columnGap] = [220, 14, 90]
const lineHeight = 15
const linesMax = 4

/** Elements of the document as they are, around one: causes to its left, effects to its right, the nearest first. */
export function around(
  document: RunDocument,
  at: string,
  { up = 'all', down = 1, machinery }: GraphQuery,
): Omit<GraphAnswer, 'total' | 'asOf' | 'chosen'> {
  const columns = new Map([[at, 0]])
  let more = 0
  const go = (far: number | 'all', sign: 1 | -1, next: (id: string) => readonly string[]): void => {
    let edge = [at]
    for (let distance = 1; edge.length > 0; distance++) {
      if (far !== 'all' && distance > far) break
      const found: string[] = []
      for (const id of edge.flatMap(next)) {
        const element = document.element(id)
        if (columns.has(id) || element === undefined || (machinery !== true && isMachinery(element))) continue
        if (columns.size === limits.elementsShownMax) more++
        else {
          columns.set(id, sign * distance)
          found.push(id)
        }
      }
      edge = found
    }
  }
  go(down, 1, (id) => document.effectsOf(id).map(({ from }) => from))
  go(up, -1, (id) => document.causesOf(id).map(({ to }) => to))
  const elements = [...columns.keys()].flatMap((id) => document.element(id) ?? []).map(elementOf)
  return { elements, relations: relationsAmong(document, columns), ...laidOut(elements, columns), more }
}

const machineryTypes = [
  'prov:SoftwareAgent',
  'provloom:Recording',
  'provloom:Recovery',
  'provloom:MetricStore',
  'provloom:MetricPart',
  'provloom:StoredCopy',
  'provloom:Measurement',
  'provloom:HostWatch',
  'provloom:RunRecord',
]

function isMachinery(element: Element): boolean {
  return machineryTypes.some((type) => element.is(type))
}

function elementOf(element: Element): GraphElement {
  const { id, kind, types, label } = element
  const lines = Object.entries(element.facts('provloom')).map(([name, value]) => `${name} ${String(value)}`)
  return { id, kind, types, label, lines: lines.slice(0, linesMax), count: 1, folded: [id] }
}

/** Those of one kind between the same two are one. */
function relationsAmong(document: RunDocument, columns: ReadonlyMap<string, number>): GraphRelation[] {
  const found = new Map<string, Relation & { count: number }>()
  for (const id of columns.keys())
    for (const one of document.causesOf(id)) {
      if (!columns.has(one.to)) continue
      const key = `${one.from} ${one.kind} ${one.to}`
      const known = found.get(key)
      if (known === undefined) found.set(key, { ...one, count: 1 })
      else known.count++
    }
  return [...found.values()].map(({ from, to, kind, count }) => ({ from, to, kind, count }))
}

function laidOut(
  elements: readonly GraphElement[],
  columns: ReadonlyMap<string, number>,
): Pick<GraphAnswer, 'box' | 'width' | 'height'> {
  const least = Math.min(...columns.values())
  const below = new Map<number, number>()
  const box: [string, readonly [number, number, number, number]][] = elements.map(({ id, lines }) => {
    const column = (columns.get(id) ?? 0) - least
    const y = below.get(column) ?? 0
    const height = 30 + lines.length * lineHeight
    below.set(column, y + height + boxGap)
    return [id, [column * (boxWidth + columnGap), y, boxWidth, height]]
  })
  const width = (Math.max(...columns.values()) - least + 1) * (boxWidth + columnGap) - columnGap
  return { box: Object.fromEntries(box), width, height: Math.max(...below.values()) - boxGap }
}
