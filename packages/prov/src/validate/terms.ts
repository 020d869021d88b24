import { iriOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { timeKey } from '../model/time.ts'

/** An index into `Terms`: a name, a time, the placeholder, or something the document leaves unsaid. */
export type Term = number

/** PROV-CONSTRAINTS 4: the placeholder `-` where it cannot be expanded. It equals only itself. */
export const PLACEHOLDER: Term = 0

/** No such position in this kind of record. */
export const ABSENT: Term = -1

/**
 * The terms of one instance and what is known to be equal (PROV-CONSTRAINTS 6.1, unification): a union-find in
 * which a class holds at most one constant. Existential variables are terms without one.
 */
export class Terms {
  readonly #parent: number[] = []
  readonly #constants: (string | undefined)[] = []
  readonly #names: (QName | undefined)[] = []
  readonly #witnesses: (ProvRecord | undefined)[] = []
  readonly #times: (string | undefined)[] = []
  readonly #byName = new Map<string, Term>()

  constructor() {
    this.#add('-')
  }

  get size(): number {
    return this.#parent.length
  }

  /** The term of a name: the same IRI is always the same term, whatever its prefix. */
  name(name: QName): Term {
    const iri = iriOf(name)
    const known = this.#byName.get(iri)
    if (known !== undefined) return known
    const term = this.#add(iri)
    this.#names[term] = name
    this.#byName.set(iri, term)
    return term
  }

  /** A time said by one record. Each occurrence is its own term, so that a contradiction can name who said it. */
  time(lexical: string, witness: ProvRecord): Term {
    const term = this.#add(`at ${timeKey(lexical)}`)
    this.#times[term] = lexical
    this.#witnesses[term] = witness
    return term
  }

  /** A new existential variable. */
  variable(): Term {
    return this.#add(undefined)
  }

  find(term: Term): Term {
    let root = term
    while (this.#parent[root] !== root) root = this.#parent[root]!
    let at = term
    while (this.#parent[at] !== root) {
      const next = this.#parent[at]!
      this.#parent[at] = root
      at = next
    }
    return root
  }

  /** True when both are already known to be the same. */
  same(a: Term, b: Term): boolean {
    return this.find(a) === this.find(b)
  }

  /** True when both classes hold constants that differ: unification fails. */
  clash(a: Term, b: Term): boolean {
    const left = this.#constants[this.find(a)]
    const right = this.#constants[this.find(b)]
    return left !== undefined && right !== undefined && left !== right
  }

  /** Makes the class of `gone` part of the class of `kept`. Call only when they do not clash. */
  join(kept: Term, gone: Term): void {
    const root = this.find(kept)
    const old = this.find(gone)
    if (root === old) return
    this.#parent[old] = root
    this.#constants[root] ??= this.#constants[old]
    this.#names[root] ??= this.#names[old]
    this.#times[root] ??= this.#times[old]
    this.#witnesses[root] ??= this.#witnesses[old]
  }

  /** True for a name, a time or the placeholder; false for what only exists by inference. */
  isConstant(term: Term): boolean {
    return this.#constants[this.find(term)] !== undefined
  }

  nameOf(term: Term): QName | undefined {
    return this.#names[this.find(term)]
  }

  /** The time as its record wrote it. */
  timeOf(term: Term): string | undefined {
    return this.#times[this.find(term)]
  }

  /** The record that said this time first. */
  witnessOf(term: Term): ProvRecord | undefined {
    return this.#witnesses[this.find(term)]
  }

  #add(constant: string | undefined): Term {
    const term = this.#parent.length
    this.#parent.push(term)
    this.#constants.push(constant)
    return term
  }
}
