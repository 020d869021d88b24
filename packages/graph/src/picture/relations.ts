import type { RelationKind } from '@provloom/prov'
import type { Draft, Sketch } from './sketch.ts'

/** One arrow: all relations of a kind between what is drawn as two elements. */
export interface Bond {
  readonly from: string
  readonly to: string
  readonly kind: RelationKind
  readonly count: number
}

/** What has arrows; the others are told by where things are drawn, and in words. */
const drawn: ReadonlySet<RelationKind> = new Set([
  'used',
  'wasGeneratedBy',
  'wasDerivedFrom',
  'specializationOf',
  'wasInformedBy',
])

/** The relations between the elements of a sketch, from effect to cause. */
export function bondsOf(sketch: Sketch): Bond[] {
  const drafts = new Map(sketch.drafts.map((draft) => [draft.id, draft]))
  const end = (id: string | undefined): Draft | undefined => {
    const draft = id === undefined ? undefined : drafts.get(id)
    // Ranks and attempts are rows of their run: what they used, it used.
    const isRow = draft !== undefined && ['ranks', 'attempt', 'group'].includes(draft.part)
    return isRow && draft.inside !== undefined ? drafts.get(draft.inside) : draft
  }
  const bonds = new Map<string, Bond>()
  const add = (from: string, to: string, kind: RelationKind, count: number): void => {
    const key = JSON.stringify([kind, from, to])
    bonds.set(key, { from, to, kind, count: (bonds.get(key)?.count ?? 0) + count })
  }
  for (const { kind, from, to } of sketch.graph.links) {
    if (!drawn.has(kind)) continue
    const [effect, cause] = [end(sketch.drawn(from)), end(sketch.drawn(to))]
    if (effect === undefined || cause === undefined || effect === cause) continue
    if (isWithin(drafts, effect, cause) || isWithin(drafts, cause, effect)) continue
    if (!isShown(effect) || !isShown(cause)) continue
    add(effect.id, cause.id, kind, 1)
  }
  return merged(sketch, [...bonds.values()])
}

function isShown({ part, column }: Draft): boolean {
  return column !== 'machinery' && column !== 'foot' && part !== 'metric'
}

function isWithin(drafts: ReadonlyMap<string, Draft>, inner: Draft, outer: Draft): boolean {
  for (let at: Draft | undefined = inner; at?.inside !== undefined; at = drafts.get(at.inside))
    if (at.inside === outer.id) return true
  return false
}

/** What the whole run did its contexts need not say again; of versions the last one is tied to its model. */
function merged({ drafts }: Sketch, bonds: readonly Bond[]): Bond[] {
  const place = new Map(drafts.map(({ id }, i) => [id, i]))
  const run = drafts.find(({ part }) => part === 'run')?.id
  const known = new Map<string, Bond>()
  const inOrder = bonds.toSorted(
    (a, b) => placed(place, a.from) - placed(place, b.from) || placed(place, a.to) - placed(place, b.to),
  )
  for (const bond of inOrder) {
    const { kind, from, to } = bond
    const whole = `${kind} ${run} ${to}`
    const isRuns = (kind === 'used' && known.has(whole)) || kind === 'specializationOf'
    const key = kind === 'specializationOf' ? `${kind} ${to}` : isRuns ? whole : `${kind} ${from} ${to}`
    const before = known.get(key)
    if (before === undefined) known.set(key, bond)
    else
      known.set(key, { ...(kind === 'specializationOf' ? bond : before), count: before.count + bond.count })
  }
  return [...known.values()]
}

function placed(place: ReadonlyMap<string, number>, id: string): number {
  return place.get(id) ?? -1
}
