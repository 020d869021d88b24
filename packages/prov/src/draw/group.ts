import type { Bond, Folded } from './fold.ts'
import type { RelationKind } from '../model/record.ts'

/** Shapes in one frame: an arrow at the frame holds for each shape inside. */
export interface Group {
  /** Indices into `Folded.blocks`. */
  readonly members: readonly number[]
}

/** One end of an arrow: a block by itself, or a whole group. */
export type Tip = { readonly block: number } | { readonly group: number }

export interface Arrow {
  readonly kind: RelationKind
  readonly tips: readonly Tip[]
  readonly roles: readonly string[]
  readonly bonds: readonly Bond[]
}

export interface Grouped {
  readonly groups: readonly Group[]
  readonly arrows: readonly Arrow[]
}

/** A frame that saves fewer arrows than this is not worth drawing. */
const savedArrowsMin = 2

/**
 * Puts blocks with the very same relations to the very same others into one frame, so that a rank that used ten
 * parameters has one arrow and not ten, and a wide row becomes a compact stack.
 */
export function grouped(folded: Folded, placeOf: (block: number) => string): Grouped {
  const groups = groupsOf(folded, placeOf)
  const groupOf = new Map(
    groups.flatMap(({ members }, index) => members.map((block) => [block, index] as const)),
  )
  const arrows = new Map<
    string,
    { kind: RelationKind; tips: Tip[]; roles: readonly string[]; bonds: Bond[] }
  >()
  for (const bond of folded.bonds) {
    const tips = bond.ends.map((block): Tip => {
      const group = groupOf.get(block)
      return group === undefined ? { block } : { group }
    })
    const key = JSON.stringify([bond.kind, bond.roles, tips])
    const known = arrows.get(key)
    if (known === undefined) arrows.set(key, { kind: bond.kind, tips, roles: bond.roles, bonds: [bond] })
    else known.bonds.push(bond)
  }
  return { groups, arrows: [...arrows.values()] }
}

function groupsOf(folded: Folded, placeOf: (block: number) => string): Group[] {
  const around: string[][] = folded.blocks.map(() => [])
  const apart = new Set<number>()
  for (const { kind, ends, roles } of folded.bonds) {
    const [from = -1, to = -1] = ends
    // A joint or a loop belongs to one shape and cannot be shared.
    if (ends.length > 2 || from === to) for (const end of ends) apart.add(end)
    around[from]?.push(`${kind} ${roles.join()} > ${to}`)
    around[to]?.push(`${kind} ${roles.join()} < ${from}`)
  }
  const byKey = new Map<string, { members: number[]; degree: number }>()
  for (const [block, words] of around.entries()) {
    if (apart.has(block) || words.length === 0) continue
    const key = JSON.stringify([placeOf(block), folded.blocks[block]?.members[0]?.kind, words.sort()])
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, { members: [block], degree: words.length })
    else known.members.push(block)
  }
  return [...byKey.values()]
    .filter(({ members, degree }) => (members.length - 1) * degree >= savedArrowsMin)
    .map(({ members }) => ({ members: byTypes(folded, members) }))
}

/** Of one type side by side. */
function byTypes({ blocks }: Folded, members: readonly number[]): number[] {
  const types = (block: number): string => blocks[block]?.members[0]?.types.join() ?? ''
  return [...members].sort((a, b) => (types(a) < types(b) ? -1 : Number(types(a) > types(b))) || a - b)
}
