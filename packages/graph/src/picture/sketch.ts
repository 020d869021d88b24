import { labelOf, writtenValue } from '@provloom/prov'
import type { Line, Part, PictureElement, PictureOptions, Tone } from './picture.ts'
import type { Node, RunGraph } from './run-graph.ts'
import { clean } from './text.ts'
import { counted } from './words.ts'

/** Where an element has its place. */
export type Column = 'in' | 'ran' | 'out' | 'foot' | 'machinery'

export type Draft = Omit<PictureElement, 'box'> & { readonly column: Column }

/** How many attributes stand in a box. */
const attributesShown = 12

/** The picture before it is laid out: which elements of the document are drawn, and as what. */
export class Sketch {
  readonly graph: RunGraph
  readonly drafts: Draft[] = []
  readonly #options: PictureOptions
  readonly #drawnAs = new Map<Node, string>()

  constructor(graph: RunGraph, options: PictureOptions) {
    this.graph = graph
    this.#options = options
  }

  /**
   * Draws nodes as one element, those of them that are not drawn yet.
   *
   * @returns its id; undefined where nothing is left to draw
   */
  add(
    column: Column,
    part: Part,
    nodes: readonly Node[],
    how: {
      readonly label?: string
      readonly lines?: readonly Line[]
      readonly inside?: string | undefined
      readonly spark?: readonly number[] | undefined
    } = {},
  ): string | undefined {
    const fresh = [...new Set(nodes)].filter((node) => !this.#drawnAs.has(node))
    const [first] = fresh
    if (first === undefined) return undefined
    for (const node of fresh) this.#drawnAs.set(node, first.id)
    const { label = first.label, lines = [], inside, spark } = how
    const more = this.#options.attributes === true && part !== 'metric' ? attributeLines(fresh) : []
    this.drafts.push({
      id: first.id,
      kind: first.kind,
      part,
      types: [...new Set(fresh.flatMap(({ types }) => [...types]))].sort(),
      label,
      lines: [...lines, ...more],
      count: fresh.length,
      ids: fresh.map(({ id }) => id),
      ...(inside === undefined ? {} : { inside }),
      ...(spark === undefined ? {} : { spark }),
      column,
    })
    return first.id
  }

  /** The id of the element as which something is drawn. */
  drawn(node: Node): string | undefined {
    return this.#drawnAs.get(node)
  }

  /** What is not drawn. */
  rest(): Node[] {
    return this.graph.nodes.filter((node) => !this.#drawnAs.has(node))
  }
}

export function line(name: string, value = '', tone: Tone = 'plain'): Line {
  return { name, value, tone }
}

/** Several values of one attribute are counted. */
function attributeLines(nodes: readonly Node[]): Line[] {
  const known = new Map<string, Set<string>>()
  for (const { records } of nodes) {
    for (const { attributes } of records) {
      for (const [name, value] of attributes) {
        if (name.local === 'label' || name.local === 'type') continue
        const written = clean(labelOf(name))
        known.set(written, (known.get(written) ?? new Set()).add(clean(writtenValue(value))))
      }
    }
  }
  const all = [...known].sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = all
    .slice(0, attributesShown)
    .map(([name, [only = '', ...others]]) =>
      line(name, others.length === 0 ? only : `${counted(others.length + 1)} values`, 'quiet'),
    )
  const more = all.length - lines.length
  return more > 0 ? [...lines, line(`+ ${more} more`, '', 'quiet')] : lines
}

/** Nodes that are alike by `key`, in the order of the first of each. */
export function alike(nodes: readonly Node[], key: (node: Node) => string): Node[][] {
  const groups = new Map<string, Node[]>()
  for (const node of nodes) {
    const one = key(node)
    const known = groups.get(one)
    if (known === undefined) groups.set(one, [node])
    else known.push(node)
  }
  return [...groups.values()]
}
