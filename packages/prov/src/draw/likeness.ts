import type { Picture } from './picture.ts'
import { partitionBy, type Partition } from './partition.ts'
import { mask } from './ranges.ts'
import { writtenValue } from '../model/value.ts'

/** Attributes, by local name, that set elements apart although they are alike otherwise: a failed rank stands out. */
const tellingNames: ReadonlySet<string> = new Set(['status'])

/** Rounds of refinement; what differs only farther away than this is alike. Bounds the work on long chains. */
const roundsMax = 16

/** Flat pairs: what the relation is and which argument each of the two is, as a number; and the other's index. */
type Neighbours = readonly (readonly number[])[]

/**
 * Partitions of a picture's elements, each coarser than the one before, worked out when asked for.
 *
 * The first is what a person would call alike: entities and agents of one type and one name (but for its numbers)
 * with the same kinds of neighbours; activities, refined until stable, with the same relations to the same blocks.
 * Later ones look at less: not at values, not at neighbours, not at names, and at last only at the kind.
 */
export function likenesses(picture: Picture): (() => Partition)[] {
  const neighbours = neighboursOf(picture)
  let known: Partition | null = null
  const alone = aside(picture)
  const loose = (): Partition => (known ??= named(picture, null, alone))
  return [
    () => refined(picture, neighbours, named(picture, neighbours, alone)),
    () => refined(picture, neighbours, loose()),
    () => partitionBy(surroundings(loose(), neighbours, everything, everything)),
    loose,
    () => typed(picture),
    () => kindred(picture),
  ]
}

const everything = (): boolean => true
const nothing = (): boolean => false

function neighboursOf(picture: Picture): Neighbours {
  const neighbours: number[][] = picture.elements.map(() => [])
  const hows = new Map<string, number>()
  for (const { kind, ends, roles } of picture.links) {
    for (const [a, me] of ends.entries()) {
      for (const [b, other] of ends.entries()) {
        if (a === b) continue
        const words = `${kind} ${roles[a]} ${roles[b]}`
        const how = hows.get(words) ?? hows.size
        hows.set(words, how)
        neighbours[me]?.push(how, other)
      }
    }
  }
  return neighbours
}

/**
 * With `neighbours`, bundles and the values of shared elements tell too. What stands aside is alike by what it is:
 * a hundred packages of an environment are one shape.
 */
function named(
  { elements, bundles }: Picture,
  neighbours: Neighbours | null,
  alone: readonly boolean[],
): Partition {
  return partitionBy(
    elements.map((element, index) => {
      const place = neighbours !== null ? element.bundle : mask(bundles[element.bundle]?.name ?? '').pattern
      const { kind, declared, types, records, title } = element
      const tells = isShared(neighbours?.[index] ?? [])
      const telling: string[] = []
      for (const { attributes } of records) {
        for (const [name, value] of attributes) {
          if (tellingNames.has(name.local) || (tells && name.local === 'value')) {
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
        alone[index] === true ? '' : mask(title).pattern,
        telling.sort(),
      ])
    }),
  )
}

/**
 * Whether several elements have to do with this one. A value that several ranks share parts them from the others; a
 * value that each has of its own (a seed) does not make them unlike.
 */
function isShared(pairs: readonly number[]): boolean {
  for (let at = 3; at < pairs.length; at += 2) if (pairs[at] !== pairs[1]) return true
  return false
}

/** Elements that have to do with nothing, but for the collections that they are members of. */
function aside({ elements, links }: Picture): boolean[] {
  const alone = elements.map(() => true)
  for (const { kind, ends, roles } of links)
    for (const [at, end] of ends.entries())
      if (kind !== 'hadMember' || roles[at] !== 'entity') alone[end] = false
  return alone
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

/**
 * An element's block and the blocks around it, as a key. Neighbours of its own block (a chain of checkpoints) do not
 * count where `ignoresOwn`. Elements that are not `asked` for have an empty key.
 */
function surroundings(
  partition: Partition,
  neighbours: Neighbours,
  asked: (element: number) => boolean,
  ignoresOwn: (element: number) => boolean,
): string[] {
  return partition.blockOf.map((block, element) => {
    if (!asked(element)) return ''
    const pairs = neighbours[element] ?? []
    const around = new Set<number>()
    const withoutOwn = ignoresOwn(element)
    for (let at = 0; at < pairs.length; at += 2) {
      const there = partition.blockOf[pairs[at + 1] ?? 0] ?? 0
      if (there !== block || !withoutOwn) around.add((pairs[at] ?? 0) * partition.size + there)
    }
    return `${block}|${[...around].sort((a, b) => a - b).join()}`
  })
}

function refined(picture: Picture, neighbours: Neighbours, start: Partition): Partition {
  const isActivity = (element: number): boolean => picture.elements[element]?.kind === 'activity'
  const isOther = (element: number): boolean => !isActivity(element)
  // Entities and agents look one step far only: the loss of rank 0 is the loss of rank 1 although rank 0 did more.
  const fixed = surroundings(start, neighbours, isOther, everything)
  let current = partitionBy(fixed.map((key, at) => (isActivity(at) ? `s${start.blockOf[at]}` : key)))
  for (let round = 0; round < roundsMax; round++) {
    const keys = surroundings(current, neighbours, isActivity, nothing)
    const next = partitionBy(keys.map((key, at) => (isActivity(at) ? key : (current.blockOf[at] ?? 0))))
    if (next.size === current.size) break
    current = next
  }
  return current
}
