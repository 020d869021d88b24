import type { Picture } from './picture.ts'
import { partitionBy, type Partition } from './partition.ts'
import { mask } from './ranges.ts'
import { writtenValue } from './words.ts'

/** Attributes, by local name, that set elements apart although they are alike otherwise: a failed rank stands out. */
const tellingNames: ReadonlySet<string> = new Set(['status'])

/** Rounds of refinement; what differs only farther away than this is alike. Bounds the work on long chains. */
const roundsMax = 16

interface Neighbour {
  /** What the relation is, and which argument each of the two is. */
  readonly how: string
  readonly other: number
}

/**
 * Partitions of a picture's elements, each coarser than the one before.
 *
 * The first is what a person would call alike: entities and agents of one type and one name (but for its numbers)
 * with the same kinds of neighbours; activities, refined until stable, with the same relations to the same blocks.
 * Later ones look at less: not at values, not at neighbours, not at names, and at last only at the kind.
 */
export function likenesses(picture: Picture): (() => Partition)[] {
  const neighbours = neighboursOf(picture)
  const close = named(picture, true)
  const loose = named(picture, false)
  return [
    () => refined(picture, neighbours, close),
    () => refined(picture, neighbours, loose),
    () => partitionBy(surroundings(loose, neighbours, () => true)),
    () => loose,
    () => typed(picture),
    () => kindred(picture),
  ]
}

function neighboursOf(picture: Picture): Neighbour[][] {
  const neighbours: Neighbour[][] = picture.elements.map(() => [])
  for (const { kind, ends, roles } of picture.links) {
    for (const [a, me] of ends.entries()) {
      for (const [b, other] of ends.entries()) {
        if (a !== b) neighbours[me]?.push({ how: `${kind} ${roles[a]} ${roles[b]}`, other })
      }
    }
  }
  return neighbours
}

function named({ elements, bundles }: Picture, close: boolean): Partition {
  return partitionBy(
    elements.map((element) => {
      const place = close ? element.bundle : mask(bundles[element.bundle]?.name ?? '').pattern
      const { kind, declared, types, records, title } = element
      const telling: string[] = []
      for (const { attributes } of records) {
        for (const [name, value] of attributes) {
          if (tellingNames.has(name.local) || (close && name.local === 'value')) {
            telling.push(`${name.local}=${writtenValue(value)}`)
          }
        }
      }
      return JSON.stringify([
        element.bundle < 0,
        place,
        kind,
        declared,
        types,
        mask(title).pattern,
        telling.sort(),
      ])
    }),
  )
}

function typed({ elements, bundles }: Picture): Partition {
  return partitionBy(
    elements.map(({ bundle, kind, declared, types }) =>
      JSON.stringify([bundle < 0, mask(bundles[bundle]?.name ?? '').pattern, kind, declared, types]),
    ),
  )
}

function kindred({ elements }: Picture): Partition {
  return partitionBy(elements.map(({ bundle, kind }) => `${bundle < 0} ${kind}`))
}

/** An element's block and the blocks around it. Neighbours of its own block (a chain of checkpoints) do not count. */
function surroundings(
  partition: Partition,
  neighbours: readonly (readonly Neighbour[])[],
  ignoresOwn: (element: number) => boolean,
): string[] {
  return partition.blockOf.map((block, element) => {
    const around = new Set<string>()
    for (const { how, other } of neighbours[element] ?? []) {
      const there = partition.blockOf[other]
      if (there !== block || !ignoresOwn(element)) around.add(`${how} ${there}`)
    }
    return `${block}|${[...around].sort().join('|')}`
  })
}

function refined(
  picture: Picture,
  neighbours: readonly (readonly Neighbour[])[],
  start: Partition,
): Partition {
  const isActivity = (element: number): boolean => picture.elements[element]?.kind === 'activity'
  // Entities and agents look one step far only: the loss of rank 0 is the loss of rank 1 although rank 0 did more.
  const fixed = partitionBy(surroundings(start, neighbours, (element) => !isActivity(element)))
  let current = partitionBy(
    fixed.blockOf.map((block, at) => (isActivity(at) ? `s${start.blockOf[at]}` : block)),
  )
  for (let round = 0; round < roundsMax; round++) {
    const keys = surroundings(current, neighbours, () => false)
    const next = partitionBy(keys.map((key, at) => (isActivity(at) ? key : `f${fixed.blockOf[at]}`)))
    if (next.size === current.size) break
    current = next
  }
  return current
}
