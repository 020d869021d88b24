import type { PictureElement, PictureRelation, RunPicture } from '@provloom/graph/picture'
import { limits } from '@provloom/shared'
import type { GraphQuery } from '../answer/graph.ts'
import type { Relation, RunDocument } from '../document/document.ts'
import type { Element } from '../document/element.ts'

const [boxWidth, boxGap, columnGap] = [240, 14, 120]
const lineHeight = 15
const linesMax = 4
/** Left of all, and below the title. */
const [margin, top] = [24, 84]
/** As wide as its title and legend. */
const widthMin = 1160

/** Elements of the document as they are, around one: causes to its left, effects to its right, the nearest first. */
export function around(
  document: RunDocument,
  at: string,
  { up = 'all', down = 1, machinery }: GraphQuery,
): { readonly picture: RunPicture; readonly more: number } {
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
  return { picture: pictureAround(document, at, columns), more }
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

function pictureAround(document: RunDocument, at: string, columns: ReadonlyMap<string, number>): RunPicture {
  const elements = placed(
    [...columns.keys()].flatMap((id) => document.element(id) ?? []),
    columns,
  )
  const right = Math.max(...elements.map(({ box: [x, , w] }) => x + w))
  const bottom = Math.max(...elements.map(({ box: [, y, , h] }) => y + h))
  const title = document.element(at)?.label ?? at
  const subtitle = `${elements.length} of ${document.elements.size} elements, causes to the left`
  return {
    title,
    subtitle,
    description: `${title} and what is related to it: ${elements.map(({ label }) => label).join(', ')}`,
    size: [Math.max(widthMin, right + margin), bottom + 40],
    headings: [],
    elements,
    relations: relationsAmong(document, columns, new Map(elements.map((one) => [one.id, one]))),
    folded: [],
    foot: { y: bottom + 30, rows: [], rule: bottom + 20 },
    total: { elements: document.elements.size, relations: document.relationCount },
  }
}

function placed(elements: readonly Element[], columns: ReadonlyMap<string, number>): PictureElement[] {
  const least = Math.min(...columns.values())
  const below = new Map<number, number>()
  return elements.map((element) => {
    const { id, kind, types, label } = element
    const lines = Object.entries(element.facts('provloom'))
      .slice(0, linesMax)
      .map(([name, value]) => ({ name, value: String(value), tone: 'plain' as const }))
    const column = (columns.get(id) ?? 0) - least
    const y = below.get(column) ?? top
    const height = 34 + lines.length * lineHeight
    below.set(column, y + height + boxGap)
    const box = [margin + column * (boxWidth + columnGap), y, boxWidth, height] as const
    return { id, kind, part: 'machinery', types, label, lines, count: 1, ids: [id], box }
  })
}

/** Those of one kind between the same two are one. */
function relationsAmong(
  document: RunDocument,
  columns: ReadonlyMap<string, number>,
  elements: ReadonlyMap<string, PictureElement>,
): PictureRelation[] {
  const found = new Map<string, Relation & { count: number }>()
  for (const id of columns.keys())
    for (const one of document.causesOf(id)) {
      if (!columns.has(one.to)) continue
      const key = `${one.from} ${one.kind} ${one.to}`
      const known = found.get(key)
      if (known === undefined) found.set(key, { ...one, count: 1 })
      else known.count++
    }
  return [...found.values()].map(({ from, to, kind, count }) => ({
    from,
    to,
    kind,
    count,
    ...lineOf(elements.get(from)!.box, elements.get(to)!.box),
  }))
}

function lineOf(
  [fx, fy, fw, fh]: PictureElement['box'],
  [tx, ty, tw, th]: PictureElement['box'],
): Pick<PictureRelation, 'line' | 'side' | 'bend'> {
  const [y1, y2] = [fy + fh / 2, ty + th / 2]
  if (fx === tx) return { line: [fx + fw, y1, tx + tw, y2], side: 'around' }
  const [x1, x2] = fx > tx ? [fx, tx + tw] : [fx + fw, tx]
  return { line: [x1, y1, x2, y2], side: 'across', bend: x2 + Math.sign(x1 - x2) * (columnGap / 2) }
}
