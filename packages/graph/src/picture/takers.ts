import type { Node, RunGraph } from './run-graph.ts'
import { number } from './run-graph.ts'

/** Which ranks and contexts did something. */
export class Takers {
  readonly #graph: RunGraph
  readonly #ranks = new Map<Node, number | undefined>()

  constructor(graph: RunGraph) {
    this.#graph = graph
  }

  /** Who used something, itself or with the set that it is in. */
  usersOf(node: Node): readonly Node[] {
    const own = this.#graph.to(node, 'used').map(({ from }) => from)
    const sets = this.#graph
      .to(node, 'wasDerivedFrom')
      .flatMap(({ from }) => (from.types.has('provloom:ParameterSet') ? [from] : []))
    return [...own, ...sets.flatMap((set) => this.#graph.to(set, 'used').map(({ from }) => from))]
  }

  /** Names of the contexts to which its use is confined; empty where a rank used it without one. */
  contextsOf(users: readonly Node[]): readonly string[] {
    if (users.some(({ types }) => !types.has('provloom:Context'))) return []
    return [...new Set(users.map(({ label }) => label))].sort()
  }

  /** Numbers of the ranks that these are, or are parts of. */
  ranksOf(activities: readonly Node[]): number[] {
    return [...new Set(activities.flatMap((one) => this.rankOf(one) ?? []))].sort((a, b) => a - b)
  }

  rankOf(activity: Node): number | undefined {
    if (this.#ranks.has(activity)) return this.#ranks.get(activity)
    let at: Node | undefined = activity
    // A context is a part of a context of a rank; in a document of others there might be a circle.
    for (let depth = 0; at !== undefined && depth < 64; depth++) {
      if (at.types.has('provloom:RankExecution')) break
      at = this.#graph.from(at, 'wasInformedBy')[0]?.to
    }
    const rank =
      at?.types.has('provloom:RankExecution') === true ? number(at, 'provloom:globalRank') : undefined
    this.#ranks.set(activity, rank)
    return rank
  }

  /** Of who made something; undefined for what was there before, or was made by who recorded. */
  makerOf(node: Node): Node | undefined {
    return this.#graph.from(node, 'wasGeneratedBy').find(({ to }) => isTraining(to))?.to
  }
}

const trainingTypes = ['provloom:RankExecution', 'provloom:Context', 'provloom:ProcessGroup', 'mls:Run']

function isTraining({ types }: Node): boolean {
  return trainingTypes.some((type) => types.has(type))
}
