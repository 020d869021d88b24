import type { ProvBundle, ProvDocument } from './document.ts'
import { ProvError } from './error.ts'
import { NO_NAMESPACES, Scope, type Namespaces } from './namespaces.ts'
import { iriOf, type QName } from './qname.ts'
import type { Attributes, ProvRecord, RelationKind } from './record.ts'
import { statement, type StatementParts } from './statements.ts'

/** An endpoint that may be left out. */
export type Optional = QName | null | undefined
/** Identifier and attributes of a relation. */
export interface RelationParts {
  readonly id?: QName | null
  readonly attributes?: Attributes
}
/** The same with the time at which it happened, an xsd:dateTime. */
export interface EventParts extends RelationParts {
  readonly time?: string | null
}

/** Collects statements; each call adds one in constant time. */
export class StatementBuilder {
  protected readonly records: ProvRecord[] = []
  readonly #scope: Scope

  constructor(namespaces: Namespaces = NO_NAMESPACES, parent: Scope | null = null) {
    this.#scope = new Scope(parent)
    for (const [prefix, iri] of namespaces.prefixes) this.#scope.declare(prefix, iri)
    if (namespaces.default !== null) this.#scope.declareDefault(namespaces.default)
  }

  get scope(): Scope {
    return this.#scope
  }
  /** Statements so far, without those of bundles. */
  get size(): number {
    return this.records.length
  }

  namespace(prefix: string, iri: string): this {
    this.#scope.declare(prefix, iri)
    return this
  }
  defaultNamespace(iri: string): this {
    this.#scope.declareDefault(iri)
    return this
  }
  /** The name written `prefix:local`. Throws ProvError `undeclared-prefix`. */
  name(written: string): QName {
    const resolved = this.#scope.resolve(written)
    if (resolved !== null) return resolved
    const expected = 'a name under a declared namespace'
    throw new ProvError({ code: 'undeclared-prefix', where: {}, expected, found: JSON.stringify(written) })
  }

  add(record: ProvRecord): this {
    this.records.push(record)
    return this
  }
  relation(kind: RelationKind, parts: StatementParts): this {
    return this.add(statement(kind, parts))
  }

  entity(id: QName, attributes: Attributes = []): this {
    return this.add(statement('entity', { id, attributes }))
  }
  activity(
    id: QName,
    times: { readonly startTime?: string | null; readonly endTime?: string | null } = {},
    attributes: Attributes = [],
  ): this {
    const { startTime, endTime } = times
    return this.add(statement('activity', { id, times: { startTime, endTime }, attributes }))
  }
  agent(id: QName, attributes: Attributes = []): this {
    return this.add(statement('agent', { id, attributes }))
  }

  wasGeneratedBy(entity: QName, activity?: Optional, parts: EventParts = {}): this {
    return this.#event('wasGeneratedBy', { entity, activity }, parts)
  }
  used(activity: QName, entity?: Optional, parts: EventParts = {}): this {
    return this.#event('used', { activity, entity }, parts)
  }
  wasInvalidatedBy(entity: QName, activity?: Optional, parts: EventParts = {}): this {
    return this.#event('wasInvalidatedBy', { entity, activity }, parts)
  }
  wasStartedBy(
    activity: QName,
    by: { readonly trigger?: Optional; readonly starter?: Optional } = {},
    parts: EventParts = {},
  ): this {
    return this.#event('wasStartedBy', { activity, trigger: by.trigger, starter: by.starter }, parts)
  }
  wasEndedBy(
    activity: QName,
    by: { readonly trigger?: Optional; readonly ender?: Optional } = {},
    parts: EventParts = {},
  ): this {
    return this.#event('wasEndedBy', { activity, trigger: by.trigger, ender: by.ender }, parts)
  }
  wasInformedBy(informed: QName, informant: QName, parts: RelationParts = {}): this {
    return this.#between('wasInformedBy', { informed, informant }, parts)
  }
  wasDerivedFrom(
    generatedEntity: QName,
    usedEntity: QName,
    by: { readonly activity?: Optional; readonly generation?: Optional; readonly usage?: Optional } = {},
    parts: RelationParts = {},
  ): this {
    const { activity, generation, usage } = by
    return this.#between(
      'wasDerivedFrom',
      { generatedEntity, usedEntity, activity, generation, usage },
      parts,
    )
  }
  wasAttributedTo(entity: QName, agent: QName, parts: RelationParts = {}): this {
    return this.#between('wasAttributedTo', { entity, agent }, parts)
  }
  wasAssociatedWith(activity: QName, agent?: Optional, plan?: Optional, parts: RelationParts = {}): this {
    return this.#between('wasAssociatedWith', { activity, agent, plan }, parts)
  }
  actedOnBehalfOf(delegate: QName, responsible: QName, activity?: Optional, parts: RelationParts = {}): this {
    return this.#between('actedOnBehalfOf', { delegate, responsible, activity }, parts)
  }
  wasInfluencedBy(influencee: QName, influencer: QName, parts: RelationParts = {}): this {
    return this.#between('wasInfluencedBy', { influencee, influencer }, parts)
  }
  specializationOf(specificEntity: QName, generalEntity: QName): this {
    return this.#between('specializationOf', { specificEntity, generalEntity }, {})
  }
  alternateOf(alternate1: QName, alternate2: QName): this {
    return this.#between('alternateOf', { alternate1, alternate2 }, {})
  }
  hadMember(collection: QName, entity: QName): this {
    return this.#between('hadMember', { collection, entity }, {})
  }
  mentionOf(specificEntity: QName, generalEntity: QName, bundle: QName): this {
    return this.#between('mentionOf', { specificEntity, generalEntity, bundle }, {})
  }

  #event(kind: RelationKind, args: Record<string, Optional>, parts: EventParts): this {
    const { id = null, time = null, attributes = [] } = parts
    return this.relation(kind, { id, args, times: { time }, attributes })
  }
  #between(kind: RelationKind, args: Record<string, Optional>, parts: RelationParts): this {
    const { id = null, attributes = [] } = parts
    return this.relation(kind, { id, args, attributes })
  }
}

/** Collects the statements of one bundle. */
export class BundleBuilder extends StatementBuilder {
  readonly id: QName

  constructor(id: QName, parent: Scope) {
    super(NO_NAMESPACES, parent)
    this.id = id
  }

  build(): ProvBundle {
    return { id: this.id, namespaces: this.scope.declared(), records: this.records.slice() }
  }
}

/** Collects a document. `build` may be called at any time and again; what it returned does not change afterwards. */
export class DocumentBuilder extends StatementBuilder {
  readonly #bundles = new Map<string, BundleBuilder>()

  /** The bundle of that name: made at the first call, the same one afterwards. */
  bundle(id: QName): BundleBuilder {
    const known = this.#bundles.get(iriOf(id))
    if (known !== undefined) return known
    const made = new BundleBuilder(id, this.scope)
    this.#bundles.set(iriOf(id), made)
    return made
  }

  build(): ProvDocument {
    const bundles = Array.from(this.#bundles.values(), (bundle) => bundle.build())
    return { namespaces: this.scope.declared(), records: this.records.slice(), bundles }
  }
}
