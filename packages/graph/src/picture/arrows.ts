import { pairOf } from './layout.ts'
import type { Box, PictureElement, PictureRelation } from './picture.ts'
import type { Bond } from './relations.ts'

/** Room between the ends of two arrows at a run, and at any other box. */
const spacing = 24
const boxSpacing = 9

type Side = 'left' | 'right'

interface Tip {
  readonly bond: Bond
  readonly element: PictureElement
  readonly side: Side
  readonly other: Box
}

/** Where each arrow leaves and comes in: at the sides that face each other, in the order in which the others stand. */
export function arrowsOf(elements: readonly PictureElement[], bonds: readonly Bond[]): PictureRelation[] {
  const byId = new Map(elements.map((element) => [element.id, element]))
  const tips = new Map<string, Tip[]>()
  const along: PictureRelation[] = []
  const across: { readonly bond: Bond; readonly tips: readonly [Tip, Tip]; readonly around: boolean }[] = []
  const neighbours = neighboursOf(elements)
  for (const bond of bonds) {
    const [from, to] = [byId.get(bond.from), byId.get(bond.to)]
    if (from === undefined || to === undefined) continue
    if (neighbours.has(pairOf(from.id, to.id))) {
      along.push({ ...bond, line: between(from.box, to.box), side: 'along' })
      continue
    }
    const around = column(from) === column(to)
    const side: Side = around || column(from) < column(to) ? 'right' : 'left'
    const pair = [
      { bond, element: from, side, other: to.box },
      { bond, element: to, side: around ? side : opposite(side), other: from.box },
    ] as const
    for (const tip of pair) {
      const key = `${tip.element.id}\n${tip.side}`
      tips.set(key, [...(tips.get(key) ?? []), tip])
    }
    across.push({ bond, tips: pair, around })
  }
  const heights = new Map([...tips.values()].flatMap((some) => spread(some, elements, tips)))
  const lines = across.map(({ bond, tips: [one, other], around }): PictureRelation => ({
    ...bond,
    line: [edge(one), heights.get(one) ?? 0, edge(other), heights.get(other) ?? 0],
    side: around ? 'around' : 'across',
  }))
  return [...lines, ...along]
}

function opposite(side: Side): Side {
  return side === 'left' ? 'right' : 'left'
}

function edge({
  element: {
    box: [x, , width],
  },
  side,
}: Tip): number {
  return side === 'left' ? x : x + width
}

/** The left one, the middle one with all that is in it, the right one. */
function column({ box: [x] }: PictureElement): number {
  return x < 400 ? 0 : x < 800 ? 1 : 2
}

/** Of boxes, those that stand one above the other with nothing in between. */
function neighboursOf(elements: readonly PictureElement[]): Set<string> {
  const found = new Set<string>()
  const outer = elements.filter(({ inside }) => inside === undefined)
  for (const [i, one] of outer.entries()) {
    const next = outer[i + 1]
    if (
      next !== undefined &&
      column(one) === column(next) &&
      one.box[0] === next.box[0] &&
      next.box[1] > one.box[1]
    )
      found.add(pairOf(one.id, next.id))
  }
  return found
}

/** From the edge of one box to that of the other. */
function between(from: Box, to: Box): PictureRelation['line'] {
  const x = from[0] + from[2] / 2
  return from[1] < to[1] ? [x, from[1] + from[3], x, to[1]] : [x, from[1], x, to[1] + to[3]]
}

/** Heights at one side of one box: in its middle, and at a run beside what has no arrows of its own in it. */
function spread(
  some: readonly Tip[],
  elements: readonly PictureElement[],
  tips: ReadonlyMap<string, readonly Tip[]>,
): [Tip, number][] {
  const [first] = some
  if (first === undefined) return []
  const { element, side } = first
  const inOrder = some.toSorted((a, b) => centre(a.other) - centre(b.other))
  const last = inOrder.length - 1
  if (element.part !== 'run') {
    const [, y, , height] = element.box
    const step = last === 0 ? 0 : Math.min(boxSpacing, (height - 8) / last)
    return inOrder.map((tip, i) => [tip, round(y + height / 2 + (i - last / 2) * step)])
  }
  const within = elements.filter(({ id, inside }) => inside === element.id && tips.has(`${id}\n${side}`))
  const [top, bottom] = freePart(element.box, within, inOrder)
  const step = last === 0 ? 0 : Math.min(spacing, (bottom - top) / last)
  return inOrder.map((tip, i) => [tip, round(top + i * step)])
}

/** Above the first of those within that have arrows, or below the last where the others are further down. */
function freePart(
  [, y, , height]: Box,
  within: readonly PictureElement[],
  tips: readonly Tip[],
): readonly [top: number, bottom: number] {
  const [top, bottom] = [y + Math.min(30, height / 2), y + height - 10]
  const [first, last] = [within[0], within.at(-1)]
  if (first === undefined || last === undefined) return [top, bottom]
  const below = last.box[1] + last.box[3] + 6
  const isBelow = tips.every(({ other }) => centre(other) > centre(last.box))
  if (isBelow && bottom > below) return [below, bottom]
  return [Math.min(top, first.box[1] - 8), first.box[1] - 8]
}

function centre([, y, , height]: Box): number {
  return y + height / 2
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
