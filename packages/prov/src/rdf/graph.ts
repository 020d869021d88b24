import type { Quad, Quad_Graph, Quad_Object, Quad_Subject } from 'n3'

/** One triple about a subject. `used` once a statement has been made of it. */
export interface Fact {
  readonly property: string
  readonly object: Quad_Object
  readonly line: number
  used: boolean
}

/** Everything that one graph says about one subject, in the text's order. */
export interface Resource {
  readonly term: Quad_Subject
  readonly key: string
  readonly line: number
  readonly facts: Fact[]
}

/** One graph by subject. */
export class Graph {
  /** The graph's name; the default graph has none. */
  readonly term: Quad_Graph
  /** The line of the first triple in it. */
  readonly line: number
  readonly resources: Map<string, Resource> = new Map()
  readonly #said = new Map<Resource, Set<string>>()

  constructor(term: Quad_Graph, line: number) {
    this.term = term
    this.line = line
  }

  add({ subject, predicate, object }: Quad, line: number): void {
    const key = keyOf(subject)
    let resource = this.resources.get(key)
    if (resource === undefined) {
      resource = { term: subject, key, line, facts: [] }
      this.resources.set(key, resource)
      this.#said.set(resource, new Set())
    }
    // A graph is a set: what is said twice is said once.
    const said = this.#said.get(resource)
    const words = `${predicate.value} ${object.id}`
    if (said?.has(words)) return
    said?.add(words)
    resource.facts.push({ property: predicate.value, object, line, used: false })
  }

  /** What is said about a term, if it is a resource and anything is. */
  about(term: Quad_Object | Quad_Subject): Resource | undefined {
    return term.termType === 'Literal' ? undefined : this.resources.get(keyOf(term))
  }
}

/** Tells named resources from blank ones of the same letters. */
export function keyOf(term: Quad_Subject | Quad_Object | Quad_Graph): string {
  return `${term.termType === 'BlankNode' ? '_:' : ''}${term.value}`
}

/** The key of the default graph. */
export const defaultGraph = ''

/** Graphs by key, in the order in which they are first spoken of. */
export class Graphs {
  readonly byKey: Map<string, Graph> = new Map()

  add(quad: Quad, line: number): void {
    const key = quad.graph.termType === 'DefaultGraph' ? defaultGraph : keyOf(quad.graph)
    let graph = this.byKey.get(key)
    if (graph === undefined) {
      graph = new Graph(quad.graph, line)
      this.byKey.set(key, graph)
    }
    graph.add(quad, line)
  }
}
