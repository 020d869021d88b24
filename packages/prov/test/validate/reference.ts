import { FORMALS, iriOf, isElementKind, type ProvRecord } from '@provloom/prov'

/**
 * PROV-CONSTRAINTS as it is written, rule by rule and pair by pair, for a handful of records: slow, and with nothing in
 * common with what it is held against. Variables start with `?`; the placeholder is `-`.
 */
interface Fact {
  readonly relation: string
  readonly id: string
  readonly args: readonly string[]
}

export function isValidByTheBook(records: readonly ProvRecord[]): boolean {
  return new Book(records).isValid()
}

class Book {
  #facts: Fact[] = []
  #next = 0
  #failed = false

  constructor(records: readonly ProvRecord[]) {
    for (const record of records) this.#facts.push(this.#read(record))
  }

  isValid(): boolean {
    for (let before = ''; before !== JSON.stringify(this.#facts) && !this.#failed;) {
      before = JSON.stringify(this.#facts)
      this.#infer()
      this.#unify()
    }
    return !this.#failed && !this.#impossible() && !this.#cyclic()
  }

  #variable(): string {
    this.#next += 1
    return `?${this.#next}`
  }

  #read(record: ProvRecord): Fact {
    const { kind } = record
    const id = record.id === null ? this.#variable() : iriOf(record.id)
    const args = FORMALS[kind].formals.map(({ name, target }) => {
      const given = target === 'time' ? record.times[name] : record.args[name]
      if (given !== undefined) return typeof given === 'string' ? `t${given}` : iriOf(given)
      if (kind === 'wasAssociatedWith' && name === 'plan') return '-'
      if (kind === 'wasDerivedFrom' && (name === 'activity' || record.args['activity'] === undefined))
        return '-'
      return this.#variable()
    })
    const isEmpty = record.attributes.some(
      ([, value]) => value.type === 'name' && value.name.local === 'EmptyCollection',
    )
    return { relation: kind, id, args: isElementKind(kind) ? [...args, isEmpty ? 'empty' : 'full'] : args }
  }

  #all(relation: string): Fact[] {
    return this.#facts.filter((fact) => fact.relation === relation)
  }

  /** Adds a fact unless one like it is there; `null` stands for anything. */
  #ensure(relation: string, id: string | null, args: readonly (string | null)[]): void {
    const known = this.#all(relation).some(
      (fact) =>
        (id === null || fact.id === id) && args.every((arg, at) => arg === null || fact.args[at] === arg),
    )
    if (known) return
    const filled = args.map((arg) => arg ?? this.#variable())
    this.#facts.push({ relation, id: id ?? this.#variable(), args: filled })
  }

  #infer(): void {
    for (const {
      args: [a2 = '', a1 = ''],
    } of this.#all('wasInformedBy')) {
      const known = this.#all('wasGeneratedBy').some(
        (gen) =>
          gen.args[1] === a1 &&
          this.#all('used').some(({ args }) => args[0] === a2 && args[1] === gen.args[0]),
      )
      if (known) continue
      const e = this.#variable()
      this.#ensure('wasGeneratedBy', null, [e, a1, null])
      this.#ensure('used', null, [a2, e, null])
    }
    for (const gen of this.#all('wasGeneratedBy')) {
      for (const use of this.#all('used')) {
        if (gen.args[0] === use.args[1]) this.#ensure('wasInformedBy', null, [use.args[0]!, gen.args[1]!])
      }
    }
    for (const { id } of this.#all('entity')) {
      this.#ensure('wasGeneratedBy', null, [id, null, null])
      this.#ensure('wasInvalidatedBy', null, [id, null, null])
      this.#ensure('alternateOf', null, [id, id])
    }
    for (const { id, args } of this.#all('activity')) {
      this.#ensure('wasStartedBy', null, [id, null, null, args[0]!])
      this.#ensure('wasEndedBy', null, [id, null, null, args[1]!])
    }
    for (const { args } of [...this.#all('wasStartedBy'), ...this.#all('wasEndedBy')]) {
      this.#ensure('wasGeneratedBy', null, [args[1]!, args[2]!, null])
    }
    for (const {
      args: [e2 = '', e1 = '', a = '', gen = '', use = ''],
    } of this.#all('wasDerivedFrom')) {
      if (a === '-' || gen === '-' || use === '-') continue
      this.#ensure('used', use, [a, e1, null])
      this.#ensure('wasGeneratedBy', gen, [e2, a, null])
    }
    for (const {
      args: [e = '', ag = ''],
    } of this.#all('wasAttributedTo')) {
      const known = this.#all('wasGeneratedBy').some(
        ({ args }) =>
          args[0] === e &&
          this.#all('wasAssociatedWith').some((assoc) => assoc.args[0] === args[1] && assoc.args[1] === ag),
      )
      if (known) continue
      const a = this.#variable()
      this.#ensure('wasGeneratedBy', null, [e, a, null])
      this.#ensure('wasAssociatedWith', null, [a, ag, null])
    }
    for (const {
      args: [ag2 = '', ag1 = '', a = ''],
    } of this.#all('actedOnBehalfOf')) {
      this.#ensure('wasAssociatedWith', null, [a, ag2, null])
      this.#ensure('wasAssociatedWith', null, [a, ag1, null])
    }
    const influences =
      /^(used|wasGeneratedBy|wasInformedBy|wasStartedBy|wasEndedBy|wasInvalidatedBy|wasDerivedFrom|wasAttributedTo|wasAssociatedWith|actedOnBehalfOf)$/
    for (const { relation, id, args } of this.#facts) {
      if (influences.test(relation)) this.#ensure('wasInfluencedBy', id, [args[0]!, args[1]!])
    }
    this.#inferBetweenEntities()
  }

  #inferBetweenEntities(): void {
    for (const { args } of this.#all('mentionOf'))
      this.#ensure('specializationOf', null, [args[0]!, args[1]!])
    for (const one of this.#all('specializationOf')) {
      this.#ensure('alternateOf', null, [one.args[0]!, one.args[1]!])
      for (const { args } of this.#all('specializationOf')) {
        if (one.args[1] === args[0]) this.#ensure('specializationOf', null, [one.args[0]!, args[1]!])
      }
      for (const { id, args } of this.#all('entity')) {
        if (id === one.args[1]) this.#ensure('entity', one.args[0]!, [args[0]!])
      }
    }
  }

  #equate(a: string | undefined, b: string | undefined): void {
    if (a === undefined || b === undefined || a === b || this.#failed) return
    if (!a.startsWith('?') && !b.startsWith('?')) {
      this.#failed = true
      return
    }
    const [gone, kept] = a.startsWith('?') ? [a, b] : [b, a]
    const put = (term: string): string => (term === gone ? kept : term)
    this.#facts = this.#facts.map(({ relation, id, args }) => ({
      relation,
      id: put(id),
      args: args.map(put),
    }))
  }

  #unify(): void {
    const same = (
      what: (one: Fact, other: Fact) => readonly (readonly [string | undefined, string | undefined])[],
    ): boolean => {
      for (const one of this.#facts) {
        for (const other of this.#facts) {
          for (const [a, b] of one === other || one.relation !== other.relation ? [] : what(one, other)) {
            if (a === b) continue
            this.#equate(a, b)
            return true
          }
        }
      }
      return false
    }
    const keyed = /^(activity|used|was|acted)/
    const pairs: Record<string, readonly [number, number]> = {
      wasGeneratedBy: [0, 1],
      wasInvalidatedBy: [0, 1],
      wasStartedBy: [0, 2],
      wasEndedBy: [0, 2],
    }
    while (
      !this.#failed &&
      same((one, other) => {
        if (keyed.test(one.relation) && one.id === other.id)
          return one.args.map((arg, at) => [arg, other.args[at]] as const)
        const pair = pairs[one.relation]
        if (pair?.every((at) => one.args[at] === other.args[at]) === true) return [[one.id, other.id]]
        if (one.relation === 'mentionOf' && one.args[0] === other.args[0]) {
          return one.args.map((arg, at) => [arg, other.args[at]] as const)
        }
        return []
      })
    );
    for (const { id } of this.#all('activity')) {
      for (const at of [0, 1]) {
        for (let count = 0; count < this.#facts.length; count++) {
          const event = this.#facts[count]!
          if (event.relation !== ['wasStartedBy', 'wasEndedBy'][at] || event.args[0] !== id) continue
          this.#equate(event.args[3], this.#all('activity').find((fact) => fact.id === id)?.args[at])
        }
      }
    }
  }

  #impossible(): boolean {
    const entities = new Set(this.#all('entity').map(({ id }) => id))
    const activities = new Set(this.#all('activity').map(({ id }) => id))
    for (const { relation, args } of this.#facts) {
      for (const [at, { target }] of (FORMALS[relation as keyof typeof FORMALS]?.formals ?? []).entries()) {
        if (args[at] === '-') continue
        if (target === 'activity') activities.add(args[at]!)
        if (target === 'entity' || target === 'collection' || target === 'bundle') entities.add(args[at]!)
      }
    }
    const overlap =
      /^(used|wasGeneratedBy|wasInformedBy|wasStartedBy|wasEndedBy|wasInvalidatedBy|wasAttributedTo|wasAssociatedWith|actedOnBehalfOf)$/
    const identified = /^(used|was|acted)/
    return (
      [...entities].some((term) => activities.has(term)) ||
      this.#all('specializationOf').some(({ args }) => args[0] === args[1]) ||
      this.#all('wasDerivedFrom').some(
        ({ args }) => args[2] === '-' && (args[3] !== '-' || args[4] !== '-'),
      ) ||
      this.#all('hadMember').some(({ args }) =>
        this.#all('entity').some(({ id, args: kind }) => id === args[0] && kind.includes('empty')),
      ) ||
      this.#facts.some((one) =>
        this.#facts.some(
          (other) =>
            one.id === other.id &&
            ((overlap.test(one.relation) &&
              overlap.test(other.relation) &&
              one.relation !== other.relation) ||
              (/^(entity|activity|agent)$/.test(one.relation) && identified.test(other.relation))),
        ),
      )
    )
  }

  #cyclic(): boolean {
    const before = new Map<string, Map<string, boolean>>()
    const put = (from: string, to: string, strict = false): void => {
      const row = before.get(from) ?? new Map<string, boolean>()
      before.set(from, row.set(to, strict || (row.get(to) ?? false)))
    }
    const events = (relation: string, of: string | undefined): string[] =>
      this.#all(relation)
        .filter(({ args }) => args[0] === of)
        .map(({ id }) => `${relation} ${id}`)
    const gens = (of: string | undefined): string[] => events('wasGeneratedBy', of)
    const invs = (of: string | undefined): string[] => events('wasInvalidatedBy', of)
    const starts = (of: string | undefined): string[] => events('wasStartedBy', of)
    const ends = (of: string | undefined): string[] => events('wasEndedBy', of)
    const order = (from: readonly string[], to: readonly string[], strict = false): void => {
      for (const one of from) for (const other of to) put(one, other, strict)
    }
    for (const {
      relation,
      id,
      args: [x, y, z, gen, use],
    } of this.#facts) {
      const self = [`${relation} ${id}`]
      switch (relation) {
        case 'wasGeneratedBy':
          order(starts(y), self)
          order(self, ends(y))
          order(self, invs(x))
          order(self, gens(x))
          break
        case 'wasInvalidatedBy':
          order(self, invs(x))
          break
        case 'used':
          order(starts(x), self)
          order(self, ends(x))
          order(gens(y), self)
          order(self, invs(y))
          break
        case 'wasStartedBy':
        case 'wasEndedBy':
          order(self, ends(x))
          if (relation === 'wasStartedBy') order(self, starts(x))
          order(gens(y), self)
          order(self, invs(y))
          break
        case 'wasInformedBy':
          order(starts(y), ends(x))
          break
        case 'wasDerivedFrom':
          if (z !== '-' && gen !== '-' && use !== '-') put(`used ${use}`, `wasGeneratedBy ${gen}`)
          order(gens(y), gens(x), true)
          break
        case 'specializationOf':
          order(gens(y), gens(x))
          order(invs(x), invs(y))
          break
        case 'wasAssociatedWith':
          order(starts(x), invs(y))
          order(gens(y), ends(x))
          order(starts(x), ends(y))
          order(starts(y), ends(x))
          break
        case 'wasAttributedTo':
          order(gens(y), gens(x))
          order(starts(y), gens(x))
          break
        case 'actedOnBehalfOf':
          order(gens(y), invs(x))
          order(starts(y), ends(x))
          break
        default:
      }
    }
    const nodes = [...new Set([...before.keys(), ...[...before.values()].flatMap((row) => [...row.keys()])])]
    for (const via of nodes) {
      for (const from of nodes) {
        const first = before.get(from)?.get(via)
        if (first === undefined) continue
        for (const [to, second] of before.get(via) ?? []) put(from, to, first || second)
      }
    }
    return nodes.some((node) => before.get(node)?.get(node) === true)
  }
}
