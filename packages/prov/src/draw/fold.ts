import { likenesses } from './likeness.ts'
import { between, partitionBy, type Partition } from './partition.ts'
import type { Element, Picture } from './picture.ts'
import type { RelationKind } from '../model/record.ts'

/** How much may be drawn. Relations are bounded too: a few hundred arrows are a thicket whatever they join. */
export interface Budget {
  readonly elementsMax: number
  readonly relationsMax: number
}

/** Elements drawn as one. */
export interface Block {
  readonly members: readonly Element[]
  /** True for the one block that holds what did not fit. */
  readonly rest: boolean
}

/** Relations drawn as one, between blocks given by index. */
export interface Bond {
  readonly kind: RelationKind
  readonly ends: readonly number[]
  readonly roles: readonly string[]
  /** Indices into `Picture.links`. */
  readonly links: readonly number[]
}

export interface Folded {
  readonly picture: Picture
  readonly blocks: readonly Block[]
  readonly bonds: readonly Bond[]
  /** Relations left out because even the coarsest picture had too many. */
  readonly bondsLeftOut: number
}

/** Every element by itself. */
export function unfolded(picture: Picture): Folded {
  return assembled(picture, partitionBy(picture.elements.map((_, index) => index)), null, Infinity)
}

/** Draws alike elements once, and goes on from alike to similar until the picture is within the budget. */
export function fold(picture: Picture, budget: Budget): Folded {
  const fits = (partition: Partition): boolean =>
    partition.size <= budget.elementsMax && bondCount(picture, partition) <= budget.relationsMax
  let current: Partition | null = null
  for (const likeness of likenesses(picture)) {
    const coarser = likeness()
    const path = current === null ? null : between(current, coarser)
    if (path !== null && fits(coarser))
      return assembled(picture, path.at(leastFitting(path, fits)), null, budget.relationsMax)
    current = coarser
    if (fits(current)) break
  }
  current ??= partitionBy([])
  return current.size <= budget.elementsMax
    ? assembled(picture, current, null, budget.relationsMax)
    : crammed(picture, current, budget)
}

/** The fewest merges that fit; more merges never draw more. */
function leastFitting(path: ReturnType<typeof between>, fits: (partition: Partition) => boolean): number {
  let low = 0
  let high = path.steps
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (fits(path.at(middle))) high = middle
    else low = middle + 1
  }
  return low
}

/** The last resort: the largest blocks as they are, everything else as one "+ N more". */
function crammed(picture: Picture, partition: Partition, budget: Budget): Folded {
  const sizes = Array.from({ length: partition.size }, () => 0)
  for (const block of partition.blockOf) sizes[block] = (sizes[block] ?? 0) + 1
  const kept = new Set(
    sizes
      .map((size, block) => ({ size, block }))
      .sort((a, b) => b.size - a.size || a.block - b.block)
      .slice(0, budget.elementsMax - 1)
      .map(({ block }) => block),
  )
  const keys = partition.blockOf.map((block) => (kept.has(block) ? block : -1))
  return assembled(picture, partitionBy(keys), keys.indexOf(-1), budget.relationsMax)
}

function bondKeys(picture: Picture, { blockOf }: Partition): string[] {
  return picture.links.map(
    ({ kind, ends, roles }) => `${kind} ${ends.map((end, at) => `${roles[at]}:${blockOf[end]}`).join(' ')}`,
  )
}

function bondCount(picture: Picture, partition: Partition): number {
  return new Set(bondKeys(picture, partition)).size
}

function assembled(picture: Picture, partition: Partition, restAt: number | null, bondsMax: number): Folded {
  const members: Element[][] = Array.from({ length: partition.size }, () => [])
  for (const [index, element] of picture.elements.entries())
    members[partition.blockOf[index] ?? 0]?.push(element)
  const rest = restAt === null ? -1 : partition.blockOf[restAt]
  const bonds = new Map<
    string,
    { kind: RelationKind; ends: number[]; roles: readonly string[]; links: number[] }
  >()
  for (const [index, key] of bondKeys(picture, partition).entries()) {
    const link = picture.links[index]
    if (link === undefined) continue
    const known = bonds.get(key)
    if (known !== undefined) known.links.push(index)
    else {
      const ends = link.ends.map((end) => partition.blockOf[end] ?? 0)
      bonds.set(key, { kind: link.kind, ends, roles: link.roles, links: [index] })
    }
  }
  const drawn = [...bonds.values()]
  return {
    picture,
    blocks: members.map((list, block) => ({ members: list, rest: block === rest })),
    bonds: drawn.length > bondsMax ? drawn.slice(0, bondsMax) : drawn,
    bondsLeftOut: Math.max(0, drawn.length - bondsMax),
  }
}
