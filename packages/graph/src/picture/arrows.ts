import { pairOf } from './layout.ts'
import type { Box, PictureElement, PictureRelation } from './picture.ts'
import type { Bond } from './relations.ts'

/** Room between the ends of two arrows at one box. */
const spacing = 24
const spacingMin = 3

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
  const heights = new Map([...tips.values()].flatMap((some) => spread(some, elements)))
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

/** Heights at one side of one box: in its middle, and at a run above its first context, whose own arrows are below. */
function spread(tips: readonly Tip[], elements: readonly PictureElement[]): [Tip, number][] {
  const [first] = tips
  if (first === undefined) return []
  const { element } = first
  const [, y, , height] = element.box
  const inOrder = tips.toSorted((a, b) => centre(a.other) - centre(b.other))
  const context = elements.find(({ part, inside }) => part === 'context' && inside === element.id)
  const isRun = element.part === 'run'
  const top = y + (isRun ? 30 : Math.min(10, height / 4))
  const low =
    isRun && context !== undefined ? Math.max(top, context.box[1] - 8) : y + height - Math.min(10, height / 4)
  const wanted = isRun ? spacing : 9
  const step =
    inOrder.length < 2
      ? 0
      : Math.max(
          Math.min(wanted, (low - top) / (inOrder.length - 1)),
          Math.min(spacingMin, (height - 2) / inOrder.length),
        )
  const whole = step * (inOrder.length - 1)
  const begin = isRun ? Math.max(y + 2, Math.min(top, y + height - 2 - whole)) : y + height / 2 - whole / 2
  return inOrder.map((tip, i) => [tip, round(begin + i * step)])
}

function centre([, y, , height]: Box): number {
  return y + height / 2
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
