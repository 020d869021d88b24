import type { ProvBundle, ProvDocument } from '../model/document.ts'
import { iriOf, labelOf as writtenName, type QName } from '../model/qname.ts'
import { isElementKind, type ElementKind, type ProvRecord, type RelationKind } from '../model/record.ts'
import { endsOf, type End } from './ends.ts'
import type { ShapeKind } from './palette.ts'
import { clean } from './text.ts'
import { titleOf, typesOf } from './words.ts'

/** One thing to draw: everything a document (or one of its bundles) says about one identifier. */
export interface Element {
  readonly kind: ShapeKind
  /** The qualified name as written; empty for an end that a statement leaves open. */
  readonly name: string
  readonly title: string
  readonly types: readonly string[]
  /** Which bundle it stands in: an index into `Picture.bundles`, -1 for the document itself. */
  readonly bundle: number
  /** False when only relations speak of it. */
  readonly declared: boolean
  readonly records: readonly ProvRecord[]
}

/** One relation to draw, between elements given by index. */
export interface Link {
  readonly kind: RelationKind
  /** Indices into `Picture.elements`, aligned with `roles`; the arrow goes from the first to the second. */
  readonly ends: readonly number[]
  /** The names of the formal arguments that the ends are. */
  readonly roles: readonly string[]
  readonly record: ProvRecord
}

/** A document as elements and links, before folding. Sorted, so that the order of records does not matter. */
export interface Picture {
  readonly bundles: readonly { readonly name: string; readonly title: string }[]
  readonly elements: readonly Element[]
  readonly links: readonly Link[]
}

export function pictureOf(document: ProvDocument): Picture {
  const bundles = [...document.bundles].sort((a, b) => natural.compare(iriOf(a.id), iriOf(b.id)))
  const draft = new Draft()
  for (const [scope, records] of scopes(document, bundles)) draft.collect(scope, records)
  for (const [index, bundle] of bundles.entries())
    if (bundle.records.length === 0) draft.open(index, '(no records)')
  return {
    bundles: bundles.map(({ id }) => ({ name: writtenName(id), title: bundleTitle(document, id) })),
    ...draft.sorted(),
  }
}

/** Digits compare as numbers, so that rank 2 comes before rank 10; fixed locale, so that bytes do not vary. */
const natural = new Intl.Collator('en', { numeric: true })

function* scopes(
  document: ProvDocument,
  bundles: readonly ProvBundle[],
): Generator<[number, readonly ProvRecord[]]> {
  yield [-1, document.records]
  for (const [index, bundle] of bundles.entries()) yield [index, bundle.records]
}

function bundleTitle(document: ProvDocument, id: QName): string {
  const iri = iriOf(id)
  const described = document.records.filter((record) => record.id !== null && iriOf(record.id) === iri)
  return titleOf(described) ?? clean(writtenName(id))
}

interface DraftElement {
  name: QName | null
  title: string
  bundle: number
  kind: ShapeKind
  declared: boolean
  records: ProvRecord[]
}

const rankOfKind: Readonly<Record<ShapeKind, number>> = { agent: 0, activity: 1, entity: 2, unknown: 3 }

/** Gathers statements by identifier, then sorts. Indices change once, at the end. */
class Draft {
  private readonly elements: DraftElement[] = []
  private readonly byKey = new Map<string, number>()
  private readonly links: Link[] = []

  collect(bundle: number, records: readonly ProvRecord[]): void {
    for (const record of records) {
      if (isElementKind(record.kind)) this.declare(bundle, record.kind, record)
    }
    for (const record of records) {
      if (!isElementKind(record.kind)) this.link(bundle, record.kind, record)
    }
  }

  /** A place for what is not said. */
  open(bundle: number, title: string): number {
    this.elements.push({ name: null, title, bundle, kind: 'unknown', declared: false, records: [] })
    return this.elements.length - 1
  }

  private declare(bundle: number, kind: ElementKind, record: ProvRecord): void {
    if (record.id === null) return
    const element = this.elements[this.named(bundle, record.id, kind)]
    if (element === undefined) return
    // Something may be said to be both entity and agent; the rarer word tells more.
    if (!element.declared || rankOfKind[kind] < rankOfKind[element.kind]) element.kind = kind
    element.declared = true
    element.records.push(record)
  }

  private named(bundle: number, name: QName, kind: ElementKind): number {
    const key = `${bundle} ${iriOf(name)}`
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    this.elements.push({ name, title: '', bundle, kind, declared: false, records: [] })
    this.byKey.set(key, this.elements.length - 1)
    return this.elements.length - 1
  }

  private link(bundle: number, kind: RelationKind, record: ProvRecord): void {
    const given = endsOf(kind).flatMap((end) => this.endOf(bundle, end, record))
    const [first, second] = endsOf(kind)
    if (first === undefined || second === undefined || given.length === 0) return
    // An arrow needs both its ends: what the statement leaves open is drawn as a question.
    if (given[0]?.role !== first.arg) given.unshift({ role: first.arg, index: this.open(bundle, '?') })
    if (given.length === 1) given.push({ role: second.arg, index: this.open(bundle, '?') })
    this.links.push({
      kind,
      record,
      ends: given.map((end) => end.index),
      roles: given.map((end) => end.role),
    })
  }

  private endOf(bundle: number, end: End, record: ProvRecord): { role: string; index: number }[] {
    const name = record.args[end.arg]
    return name === undefined ? [] : [{ role: end.arg, index: this.named(bundle, name, end.kind) }]
  }

  sorted(): { elements: Element[]; links: Link[] } {
    const drawn = this.elements.map((element, index) => ({ index, element: finished(element) }))
    drawn.sort(
      (a, b) =>
        a.element.bundle - b.element.bundle ||
        rankOfKind[b.element.kind] - rankOfKind[a.element.kind] ||
        natural.compare(a.element.name, b.element.name) ||
        (a.element.name < b.element.name ? -1 : Number(a.element.name > b.element.name)),
    )
    const place = new Map(drawn.map(({ index }, position) => [index, position]))
    const links = this.links.map((link) => ({ ...link, ends: link.ends.map((end) => place.get(end) ?? end) }))
    links.sort((a, b) => compareLinks(a, b))
    return { elements: drawn.map(({ element }) => element), links }
  }
}

function finished(draft: DraftElement): Element {
  const name = draft.name === null ? '' : writtenName(draft.name)
  return {
    kind: draft.kind,
    name,
    title: draft.name === null ? draft.title : (titleOf(draft.records) ?? clean(name)),
    types: typesOf(draft.records),
    bundle: draft.bundle,
    declared: draft.declared,
    records: draft.records,
  }
}

function compareLinks(a: Link, b: Link): number {
  for (let at = 0; at < Math.max(a.ends.length, b.ends.length); at++) {
    const difference = (a.ends[at] ?? -1) - (b.ends[at] ?? -1)
    if (difference !== 0) return difference
  }
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1
  return a.roles.join() < b.roles.join() ? -1 : Number(a.roles.join() > b.roles.join())
}
