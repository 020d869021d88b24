import type { Box, Line } from './picture.ts'
import type { Column, Draft } from './sketch.ts'
import { widthOf } from './text.ts'

/**
 * Three columns of boxes, each from its top; in the middle one boxes within boxes. What a box needs follows from its lines
 * alone, and all is in px of a picture that is 1,160 wide.
 */
export const pageWidth = 1160
export const margin = 24

export const columns: Readonly<Record<'in' | 'ran' | 'out', { readonly x: number; readonly width: number }>> =
  {
    in: { x: margin, width: 286 },
    ran: { x: 412, width: 352 },
    out: { x: 866, width: 270 },
  }

const headingY = 84
const columnsTop = 96
/** Between boxes; where an arrow with its name lies between them, more. */
const gap = 13
const arrowGap = 30

export interface Placed {
  readonly boxes: ReadonlyMap<string, Box>
  readonly headings: readonly {
    readonly words: string
    readonly x: number
    readonly y: number
    readonly note?: string
  }[]
  /** The line above the foot, and what is below it. */
  readonly rule: number
  readonly footTop: number
}

/** Gives each draft its box. @param tied pairs of ids with an arrow between them */
export function placed(drafts: readonly Draft[], tied: ReadonlySet<string>): Placed {
  const boxes = new Map<string, Box>()
  const inside = new Map<string, Draft[]>()
  for (const draft of drafts) {
    if (draft.inside === undefined) continue
    inside.set(draft.inside, [...(inside.get(draft.inside) ?? []), draft])
  }
  const column = (name: Column): Draft[] =>
    drafts.filter((draft) => draft.column === name && draft.inside === undefined)
  const bottoms = (['in', 'ran', 'out'] as const).map((name) => {
    const { x, width } = columns[name]
    return stacked(column(name), x, columnsTop, width, boxes, inside, tied)
  })
  let bottom = Math.max(columnsTop + 40, ...bottoms)
  const headings = [
    heading('went in', 'in', column('in').length === 0 ? 'nothing was logged as input' : undefined),
    heading('what ran', 'ran'),
    heading('came out', 'out', column('out').length === 0 ? 'no file was logged' : undefined),
  ]
  const machinery = column('machinery')
  if (machinery.length > 0) {
    const machineryTop = bottom + 24
    headings.push({ words: 'what recorded it', x: margin, y: machineryTop + 22 })
    bottom = filled(machinery, machineryTop + 34, boxes)
  }
  const rule = bottom + 25
  const footTop = footed(column('foot'), rule + 10, boxes)
  return {
    boxes,
    headings,
    rule,
    footTop,
  }
}

function heading(words: string, where: 'in' | 'ran' | 'out', note?: string): Placed['headings'][number] {
  return { words, x: columns[where].x, y: headingY, ...(note === undefined ? {} : { note }) }
}

type Boxes = Map<string, Box>
type Inside = ReadonlyMap<string, readonly Draft[]>

/** Agents left, activities in the middle, and what they made where most room is. @returns the bottom */
function filled(drafts: readonly Draft[], top: number, boxes: Boxes): number {
  const order = ['agent', 'activity', 'entity']
  const tops = { in: top, ran: top, out: top }
  for (const draft of drafts.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    const shortest = (['out', 'ran', 'in'] as const).reduce((a, b) => (tops[b] < tops[a] ? b : a))
    const where = draft.kind === 'agent' ? 'in' : draft.kind === 'activity' ? 'ran' : shortest
    const { x, width } = columns[where]
    const height = heightOf(draft) + (draft.kind === 'agent' ? 4 : 0)
    boxes.set(draft.id, [x, tops[where], width, height])
    tops[where] += height + gap
  }
  return Math.max(...Object.values(tops)) - gap
}

/** @returns the bottom of the last one */
function stacked(
  drafts: readonly Draft[],
  x: number,
  top: number,
  width: number,
  boxes: Boxes,
  inside: Inside,
  tied: ReadonlySet<string>,
): number {
  let [y, bottom] = [top, top]
  for (const [i, draft] of drafts.entries()) {
    const height = boxed(draft, x, y, width, boxes, inside)
    bottom = y + height
    const next = drafts[i + 1]
    y = bottom + (next !== undefined && tied.has(pairOf(draft.id, next.id)) ? arrowGap : gap)
  }
  return bottom
}

export function pairOf(one: string, other: string): string {
  return one < other ? `${one}\n${other}` : `${other}\n${one}`
}

/** A box and all within it. @returns its height */
function boxed(draft: Draft, x: number, y: number, width: number, boxes: Boxes, inside: Inside): number {
  const within = inside.get(draft.id) ?? []
  const height =
    draft.part === 'run'
      ? runBox(draft, within, x, y, width, boxes, inside)
      : draft.part === 'context'
        ? contextBox(draft, within, x, y, width, boxes)
        : heightOf(draft)
  boxes.set(draft.id, [x, y, width, height])
  return height
}

/** Where lines stand in boxes, from their top; the writer of SVG has to know it too. */
export const rowHeight = { box: 15, run: 17, row: 14, note: 13 } as const
export const runHeader = (lines: number): number => 29 + rowHeight.run * lines
export const contextHeader = (lines: number): number => 21 + rowHeight.note * Math.max(0, lines - 1)

function heightOf({ lines, part, inside }: Draft): number {
  if (inside === undefined) return 31 + rowHeight.box * lines.length - (lines.length === 0 ? 1 : 0)
  if (part === 'more') return 16
  return 18 + rowHeight.row * Math.max(0, lines.length - 1)
}

function runBox(
  draft: Draft,
  within: readonly Draft[],
  x: number,
  y: number,
  width: number,
  boxes: Boxes,
  inside: Inside,
): number {
  const pad = 13
  let at = y + runHeader(draft.lines.length)
  let before: Draft | undefined
  let large = true
  for (const one of within) {
    // Rows stand close, as one table; what is measured has room around it.
    if (before !== undefined)
      at +=
        isRow(before) && isRow(one)
          ? one.part === 'attempt'
            ? 9
            : 2
          : one.part === 'metric' && before.part === 'metric'
            ? 3
            : 9
    if (one.part === 'metric') {
      const height = metricHeight(one, large)
      boxes.set(one.id, [x + pad + 8, at, width - 2 * pad - 16, height])
      at += height
      large = false
    } else at += boxed(one, x + pad, at, width - 2 * pad, boxes, inside)
    before = one
  }
  return at - y + (within.length === 0 ? 0 : pad)
}

function isRow({ part }: Draft): boolean {
  return part === 'ranks' || part === 'attempt' || part === 'group' || part === 'more'
}

function contextBox(
  { lines }: Draft,
  within: readonly Draft[],
  x: number,
  y: number,
  width: number,
  boxes: Boxes,
): number {
  let at = y + contextHeader(lines.length)
  for (const [i, one] of within.entries()) {
    const height = one.part === 'metric' ? metricHeight(one, i === 0) : heightOf(one)
    // Its words begin as those of the metrics above it, and not as those of a row.
    boxes.set(one.id, [one.part === 'metric' ? x + 8 : x + 1, at, width - 16, height])
    at += height + 3
  }
  return at - y + 5
}

/** Large ones have their course beside them; of each context it is the first. */
export const largeMetric = 36
export const smallMetric = 17

function metricHeight({ lines }: Draft, large: boolean): number {
  return (large ? largeMetric : smallMetric) + rowHeight.note * metricNotes(lines, large).length
}

/** Lines of a metric in rows of their own: what is amiss, and where there is room how ranks differ. */
export function metricNotes(lines: readonly Line[], large: boolean): readonly Line[] {
  return lines
    .slice(1)
    .filter(({ name, tone }) => tone === 'bad' || (large && name !== 'min' && name !== 'max'))
}

/** Houses side by side, their words right of them. @returns the bottom */
function footed(drafts: readonly Draft[], top: number, boxes: Boxes): number {
  const height = 29
  let [x, y] = [margin, top]
  for (const { id, label, lines } of drafts) {
    const width = Math.min(300, Math.ceil(widthOf(label, 11.5)) + 24)
    const whole = width + 8 + widthOf(lines[0]?.name ?? '', 11)
    if (x > margin && x + whole > pageWidth - margin) {
      x = margin
      y += height + 10
    }
    boxes.set(id, [x, y, width, height])
    x += Math.ceil(whole) + 34
  }
  return drafts.length === 0 ? top : y + height
}
