import type { Quad_Object, Quad_Subject } from 'n3'
import type { Line } from './parser.ts'

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
  readonly resources: Map<string, Resource> = new Map()
  readonly #said = new Set<string>()

  add({ quad, line }: Line): void {
    const key = keyOf(quad.subject)
    let resource = this.resources.get(key)
    if (resource === undefined) {
      resource = { term: quad.subject, key, line, facts: [] }
      this.resources.set(key, resource)
    }
    // A graph is a set: what is said twice is said once.
    const fact = `${key} ${quad.predicate.value} ${quad.object.id}`
    if (this.#said.has(fact)) return
    this.#said.add(fact)
    resource.facts.push({ property: quad.predicate.value, object: quad.object, line, used: false })
  }

  /** What is said about a term, if it is a resource and anything is. */
  about(term: Quad_Object | Quad_Subject): Resource | undefined {
    return term.termType === 'Literal' ? undefined : this.resources.get(keyOf(term))
  }
}

/** Tells named resources from blank ones of the same letters. */
export function keyOf(term: Quad_Subject | Quad_Object): string {
  return `${term.termType === 'BlankNode' ? '_:' : ''}${term.value}`
}

/** Splits triples by graph; the default graph has the key ''. */
export function graphsOf(
  lines: readonly Line[],
): Map<string, { readonly first: Line; readonly graph: Graph }> {
  const graphs = new Map<string, { first: Line; graph: Graph }>()
  for (const line of lines) {
    const { graph: term } = line.quad
    const key = term.termType === 'DefaultGraph' ? '' : keyOf(term)
    let found = graphs.get(key)
    if (found === undefined) {
      found = { first: line, graph: new Graph() }
      graphs.set(key, found)
    }
    found.graph.add(line)
  }
  return graphs
}
