import type { RunState } from './state.ts'

/**
 * Up to this many rank attempts a run is written out: every rank uses its inputs and every series is an entity of its
 * own. Beyond, what repeats for every rank is folded, by the size law (docs/prov-mapping.md, "Size").
 */
export const ranksWrittenOutMax = 8

/** Up to this many relations inputs are used rank by rank. */
export const inputLinksMax = 100

/** Values of one parameter, or environments or commands, that are entities of their own. */
export const variantsWrittenOutMax = 8

/** Up to this many artifacts the stored copy and every version's model are shown. */
export const artifactsWrittenOutMax = 30

/** Up to this many series are told to be members of the metric store. */
export const membersWrittenOutMax = 50

export interface Shape {
  readonly foldsRanks: boolean
  readonly foldsInputs: boolean
  readonly foldsArtifacts: boolean
  readonly showsMembers: boolean
}

export function shapeOf(state: RunState): Shape {
  const foldsRanks = state.ranks.size > ranksWrittenOutMax
  return {
    foldsRanks,
    foldsInputs: foldsRanks || state.inputLinks > inputLinksMax,
    foldsArtifacts: state.artifacts.size > artifactsWrittenOutMax,
    showsMembers: state.series.size <= membersWrittenOutMax,
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  return (
    a.foldsRanks === b.foldsRanks &&
    a.foldsInputs === b.foldsInputs &&
    a.foldsArtifacts === b.foldsArtifacts &&
    a.showsMembers === b.showsMembers
  )
}
