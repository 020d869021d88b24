import { iriOf, isElementKind, labelOf, sameName, writtenValue } from '@provloom/prov'
import type { ElementKind, ProvDocument, ProvRecord, QName, RelationKind, Value } from '@provloom/prov'
import { vocabularies } from '../space.ts'
import { clean } from './text.ts'
import { natural } from './words.ts'

/** One thing of the document, with all that is said of it. */
export interface Node {
  readonly id: string
  readonly kind: ElementKind
  /** `provloom:Host`, whatever prefixes the document has. */
  readonly types: ReadonlySet<string>
  readonly label: string
  readonly start: string | undefined
  readonly end: string | undefined
  readonly records: readonly ProvRecord[]
}

export interface Link {
  readonly kind: RelationKind
  readonly from: Node
  readonly to: Node
  readonly time: string | undefined
}

/** The two ends of a relation; what else hangs on it (a plan, a starter) is told of its ends. */
const ends: Partial<Record<RelationKind, readonly [from: string, to: string]>> = {
  wasGeneratedBy: ['entity', 'activity'],
  used: ['activity', 'entity'],
  wasInformedBy: ['informed', 'informant'],
  wasStartedBy: ['activity', 'trigger'],
  wasDerivedFrom: ['generatedEntity', 'usedEntity'],
  wasAttributedTo: ['entity', 'agent'],
  wasAssociatedWith: ['activity', 'agent'],
  actedOnBehalfOf: ['delegate', 'responsible'],
  specializationOf: ['specificEntity', 'generalEntity'],
  hadMember: ['collection', 'entity'],
}

/** A run's document by names, in an order that does not hang on its records'. */
export class RunGraph {
  readonly nodes: readonly Node[]
  readonly links: readonly Link[]
  readonly run: Node
  readonly #from = new Map<Node, Link[]>()
  readonly #to = new Map<Node, Link[]>()

  private constructor(nodes: ReadonlyMap<string, Node>, links: readonly Link[], run: Node) {
    this.nodes = [...nodes.values()].sort((a, b) => natural(a.id, b.id))
    this.links = links.toSorted(inOrder)
    this.run = run
    for (const link of this.links) {
      push(this.#from, link.from, link)
      push(this.#to, link.to, link)
    }
  }

  /** @returns undefined for a document that is not the record of one run in the format that is known here */
  static read(document: ProvDocument): RunGraph | undefined {
    const nodes = nodesOf(document)
    const all = [...nodes.values()]
    const records = all.filter((node) => node.types.has('provloom:RunRecord'))
    const [record] = records
    if (record === undefined || records.length > 1 || number(record, 'provloom:format') !== 2)
      return undefined
    const runId = text(record, 'provloom:runId')
    const runs = all.filter(
      (node) =>
        node.kind === 'activity' && node.types.has('mls:Run') && text(node, 'provloom:runId') === runId,
    )
    // The run itself has a status; the one before it, of which the document speaks too, has not.
    const run = runs.find((node) => text(node, 'provloom:status') !== undefined)
    return run === undefined ? undefined : new RunGraph(nodes, linksOf(document, nodes), run)
  }

  ofType(type: string): readonly Node[] {
    return this.nodes.filter(({ types }) => types.has(type))
  }

  from(node: Node, kind: RelationKind): readonly Link[] {
    return (this.#from.get(node) ?? []).filter((link) => link.kind === kind)
  }

  to(node: Node, kind: RelationKind): readonly Link[] {
    return (this.#to.get(node) ?? []).filter((link) => link.kind === kind)
  }
}

function inOrder(a: Link, b: Link): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1
  if (a.from !== b.from) return a.from.id < b.from.id ? -1 : 1
  return a.to === b.to ? 0 : a.to.id < b.to.id ? -1 : 1
}

function push(map: Map<Node, Link[]>, node: Node, link: Link): void {
  const known = map.get(node)
  if (known === undefined) map.set(node, [link])
  else known.push(link)
}

function nodesOf(document: ProvDocument): Map<string, Node> {
  const records = new Map<string, ProvRecord[]>()
  for (const record of document.records) {
    if (record.id === null || !isElementKind(record.kind)) continue
    const iri = iriOf(record.id)
    const known = records.get(iri)
    if (known === undefined) records.set(iri, [record])
    else known.push(record)
  }
  return new Map([...records].map(([iri, all]) => [iri, nodeOf(all)]))
}

function nodeOf(records: readonly ProvRecord[]): Node {
  const [first] = records
  const id = first?.id === null || first === undefined ? '' : labelOf(first.id)
  const types = new Set<string>()
  let label = ''
  for (const { attributes } of records) {
    for (const [name, value] of attributes) {
      if (name.local === 'type' && compact(name) === 'prov:type')
        types.add(value.type === 'name' ? compact(value.name) : writtenValue(value))
      else if (label === '' && name.local === 'label') label = clean(writtenValue(value))
    }
  }
  const { startTime, endTime } = first?.times ?? {}
  const kind = first !== undefined && isElementKind(first.kind) ? first.kind : 'entity'
  return {
    id: clean(id),
    kind,
    types,
    label: label === '' ? clean(id) : label,
    start: startTime,
    end: endTime,
    records,
  }
}

function linksOf({ records }: ProvDocument, nodes: ReadonlyMap<string, Node>): Link[] {
  const links: Link[] = []
  for (const { kind, args, times } of records) {
    if (isElementKind(kind)) continue
    const [from, to] = (ends[kind] ?? []).map((end) => {
      const name = args[end]
      return name === undefined ? undefined : nodes.get(iriOf(name))
    })
    if (from !== undefined && to !== undefined) links.push({ kind, from, to, time: times['time'] })
  }
  return links
}

const namespaces = new Map<string, string>(Object.entries(vocabularies))

const compacted = new Map<string, string>(Object.entries(vocabularies).map(([prefix, iri]) => [iri, prefix]))

/** Under the prefix that we write, where it is of a vocabulary that we write; else as the document has it. */
function compact(name: QName): string {
  const prefix = compacted.get(name.namespace)
  return prefix === undefined ? labelOf(name) : `${prefix}:${name.local}`
}

/** All values of an attribute. */
export function values({ records }: Pick<Node, 'records'>, attribute: string): Value[] {
  const [prefix = '', local = ''] = attribute.split(':')
  const namespace = namespaces.get(prefix) ?? ''
  const wanted = { prefix, namespace, local }
  return records.flatMap(({ attributes }) =>
    attributes.flatMap(([name, value]) => (name.local === local && sameName(name, wanted) ? [value] : [])),
  )
}

/** The first value of an attribute, as a line; undefined where there is none. */
export function text(node: Pick<Node, 'records'>, attribute: string): string | undefined {
  const [first] = values(node, attribute)
  const line = first === undefined ? '' : clean(writtenValue(first))
  return line === '' ? undefined : line
}

export function texts(node: Pick<Node, 'records'>, attribute: string): string[] {
  return values(node, attribute).map((value) => clean(writtenValue(value)))
}

export function number(node: Pick<Node, 'records'>, attribute: string): number | undefined {
  const [first] = values(node, attribute)
  return first === undefined ? undefined : numberIn(first)
}

export function numbers(node: Pick<Node, 'records'>, attribute: string): number[] {
  return values(node, attribute).flatMap((value) => numberIn(value) ?? [])
}

function numberIn(value: Value): number | undefined {
  if (value.type !== 'typed') return undefined
  const { lexical } = value
  if (lexical === 'INF' || lexical === '-INF') return lexical === 'INF' ? Infinity : -Infinity
  const found = Number(lexical)
  return Number.isNaN(found) && lexical !== 'NaN' ? undefined : found
}
