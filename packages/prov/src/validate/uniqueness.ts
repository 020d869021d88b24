import type { ProvRecord, RelationKind } from '../model/record.ts'
import { clashText, type Demand } from './clash.ts'
import { Concerned } from './concerned.ts'
import type { Instance, Report } from './instance.ts'
import { positionsOf, type ElementRow, type Row } from './row.ts'
import { ABSENT, type Term } from './terms.ts'
import { violation } from './violation.ts'

interface PairKey {
  readonly constraint: 24 | 25 | 26 | 27
  readonly left: number
  readonly right: number
}

/** Constraints 24 to 27: the two positions that together identify one event. */
const PAIR_KEYS: ReadonlyMap<RelationKind, PairKey> = new Map<RelationKind, PairKey>([
  ['wasGeneratedBy', { constraint: 24, left: 0, right: 1 }],
  ['wasInvalidatedBy', { constraint: 25, left: 0, right: 1 }],
  ['wasStartedBy', { constraint: 26, left: 0, right: 2 }],
  ['wasEndedBy', { constraint: 27, left: 0, right: 2 }],
])

/** More terms than an instance can hold; two of them fit into one exact number. */
const TERMS_MAX = 2 ** 26

/** Inference 15 makes these an influence of the first position by the second; PROV-DM gives the rest no identifier. */
function isInfluence(kind: RelationKind): boolean {
  return kind !== 'specializationOf' && kind !== 'alternateOf' && kind !== 'hadMember' && kind !== 'mentionOf'
}

/**
 * Key and uniqueness constraints (PROV-CONSTRAINTS 6.1, constraints 22 to 29; PROV-LINKS, unique-mention). Equates in
 * `instance.terms` all that must be one thing and reports where two different constants would have to be. A failed
 * equation is left out, and the rest goes on, so that one mistake does not hide others. Each row is looked at again
 * only when a smaller class of terms joins a larger one: n log n in the rows.
 */
export function enforceUniqueness(instance: Instance, report: Report): void {
  new Uniqueness(instance, report).run()
}

/** An equation that failed. */
interface Failed {
  readonly demand: Demand
  readonly records: readonly (ProvRecord | undefined)[]
  readonly why: string
}

class Uniqueness {
  readonly #instance: Instance
  readonly #report: Report
  readonly #queue: Row[]
  readonly #usesOf = new Map<Term, Row[]>()
  readonly #byId = new Map<RelationKind, Map<Term, Row>>()
  readonly #byInfluence = new Map<Term, Row>()
  readonly #byPair = new Map<RelationKind, Map<number, Row>>()
  readonly #mentions = new Map<Term, Row>()
  readonly #reported = new Set<string>()
  readonly #failed: Failed[] = []

  constructor(instance: Instance, report: Report) {
    this.#instance = instance
    this.#report = report
    this.#queue = [...instance.rows]
  }

  run(): void {
    for (const row of this.#instance.rows) {
      for (const term of keyTerms(row)) this.#use(this.#instance.terms.find(term), row)
    }
    for (let at = 0; at < this.#queue.length; at++) this.#index(this.#queue[at]!)
    this.#activities()
    this.#tell()
  }

  /** Last, when it is known which records are under one key. */
  #tell(): void {
    const { bundle } = this.#instance
    const concerned = new Concerned(this.#failed.flatMap(({ demand }) => this.#keysOf(demand)))
    if (concerned.none) return
    const { elements, rows } = this.#instance
    for (const row of [...elements, ...rows])
      for (const key of this.#keysIn(row)) concerned.add(key, row.source)
    for (const { demand, records, why } of this.#failed) {
      const all = concerned.of(...this.#keysOf(demand))
      this.#report(violation(demand.constraint, demand.rules, bundle, records, why, all))
    }
  }

  /** Under which keys the records stand that a demand concerns. */
  #keysOf({ constraint, row, other }: Demand): string[] {
    return [row, other].flatMap((one) => this.#keysIn(one)).filter((key) => key.startsWith(`${constraint} `))
  }

  /** All keys of a row, as constraint, kind and terms. */
  #keysIn(row: Row | ElementRow): string[] {
    const { terms } = this.#instance
    const { kind } = row
    const id = terms.find(row.id)
    if (!('args' in row)) return kind === 'activity' ? [22, 28, 29].map((number) => `${number} ${id}`) : []
    const keys = isInfluence(row.kind) ? [`23 ${kind} ${id}`] : []
    const at = (position: number): Term => terms.find(row.args[position]!)
    const pair = PAIR_KEYS.get(row.kind)
    if (pair !== undefined) keys.push(`${pair.constraint} ${kind} ${at(pair.left)} ${at(pair.right)}`)
    if (kind === 'wasStartedBy') keys.push(`28 ${at(0)}`)
    if (kind === 'wasEndedBy') keys.push(`29 ${at(0)}`)
    if (kind === 'mentionOf') keys.push(`PROV-LINKS ${at(0)}`)
    return keys
  }

  /** Looks a row up under each of its keys; another row there is the same one, or the same event. */
  #index(row: Row): void {
    const { terms } = this.#instance
    const { kind } = row
    if (isInfluence(kind)) {
      const id = terms.find(row.id)
      const twin = claim(mapIn(this.#byId, kind), id, row)
      if (twin !== null) this.#unify(row, twin)
      const influence = claim(this.#byInfluence, terms.find(row.id), row)
      if (influence !== null && influence.kind !== kind) this.#unifyInfluence(row, influence)
    }
    const key = PAIR_KEYS.get(kind)
    if (key !== undefined) {
      const pair = terms.find(row.args[key.left]!) * TERMS_MAX + terms.find(row.args[key.right]!)
      const twin = claim(mapIn(this.#byPair, kind), pair, row)
      if (twin !== null) {
        this.#equate(row.id, twin.id, {
          constraint: key.constraint,
          rules: [],
          row,
          other: twin,
          what: 'identifier',
        })
      }
    }
    if (kind === 'mentionOf') {
      const twin = claim(this.#mentions, terms.find(row.args[0]!), row)
      if (twin !== null) this.#unify(row, twin, 'PROV-LINKS')
    }
  }

  /** Constraint 23: records with one identifier agree in every position. Where they cannot, they stay apart in all. */
  #unify(row: Row, other: Row, constraint: 23 | 'PROV-LINKS' = 23): void {
    const { terms } = this.#instance
    const rules = row.inference === null && other.inference === null ? [] : [11]
    const ends: [a: Term, b: Term, what: string][] = []
    for (const [at, { name }] of positionsOf(row.kind).entries())
      ends.push([row.args[at]!, other.args[at]!, name])
    if (row.time !== ABSENT) ends.push([row.time, other.time, 'time'])
    const clashing = ends.filter(([a, b]) => terms.clash(a, b))
    for (const [a, b, what] of clashing.length > 0 ? clashing : ends) {
      this.#equate(a, b, { constraint, rules, row, other, what })
    }
  }

  /** Constraint 23 on what inference 15 concludes: records of two kinds with one identifier are one influence. */
  #unifyInfluence(row: Row, other: Row): void {
    for (const [at, what] of ['influencee', 'influencer'].entries()) {
      this.#equate(row.args[at]!, other.args[at]!, { constraint: 23, rules: [15], row, other, what })
    }
  }

  /** Constraints 22, 28 and 29. Times are no part of any key, so they come last. */
  #activities(): void {
    const { terms, elements, rows } = this.#instance
    const declared = new Map<Term, ElementRow>()
    for (const row of elements) {
      if (row.kind !== 'activity') continue
      const other = claim(declared, terms.find(row.id), row)
      if (other === null) continue
      this.#equate(row.startTime, other.startTime, {
        constraint: 22,
        rules: [],
        row,
        other,
        what: 'start time',
      })
      this.#equate(row.endTime, other.endTime, { constraint: 22, rules: [], row, other, what: 'end time' })
    }
    for (const row of rows) {
      const isStart = row.kind === 'wasStartedBy'
      if (!isStart && row.kind !== 'wasEndedBy') continue
      const other = declared.get(terms.find(row.args[0]!))
      if (other === undefined) continue
      const what = isStart ? 'start time' : 'end time'
      const time = isStart ? other.startTime : other.endTime
      this.#equate(row.time, time, { constraint: isStart ? 28 : 29, rules: [], row, other, what })
    }
  }

  #equate(a: Term, b: Term, demand: Demand): void {
    const { terms } = this.#instance
    const left = terms.find(a)
    const right = terms.find(b)
    if (left === right) return
    if (!terms.clash(left, right)) {
      this.#join(left, right)
      return
    }
    const key = `${demand.constraint} ${Math.min(left, right)} ${Math.max(left, right)} ${demand.what}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    const records = [demand.other.source, demand.row.source, terms.witnessOf(b), terms.witnessOf(a)]
    this.#failed.push({ demand, records, why: clashText(a, b, demand, terms) })
  }

  #join(left: Term, right: Term): void {
    const weight = (term: Term): number => this.#usesOf.get(term)?.length ?? 0
    const [kept, gone] = weight(left) >= weight(right) ? [left, right] : [right, left]
    this.#instance.terms.join(kept, gone)
    const moved = this.#usesOf.get(gone)
    if (moved === undefined) return
    this.#usesOf.delete(gone)
    for (const row of moved) {
      this.#use(kept, row)
      this.#queue.push(row)
    }
  }

  #use(term: Term, row: Row): void {
    const rows = this.#usesOf.get(term)
    if (rows === undefined) this.#usesOf.set(term, [row])
    else rows.push(row)
  }
}

/** The terms under which a row is looked up. */
function keyTerms(row: Row): readonly Term[] {
  const key = PAIR_KEYS.get(row.kind)
  if (key !== undefined) return [row.id, row.args[key.left]!, row.args[key.right]!]
  return row.kind === 'mentionOf' ? [row.args[0]!] : [row.id]
}

/** Takes a place, or says who has it already. */
function claim<Key, Owner>(owners: Map<Key, Owner>, key: Key, owner: Owner): Owner | null {
  const known = owners.get(key)
  if (known === undefined) owners.set(key, owner)
  return known === undefined || known === owner ? null : known
}

function mapIn<Kind, Key, Owner>(maps: Map<Kind, Map<Key, Owner>>, kind: Kind): Map<Key, Owner> {
  let map = maps.get(kind)
  if (map === undefined) maps.set(kind, (map = new Map<Key, Owner>()))
  return map
}
