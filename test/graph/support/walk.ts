import { Parser, Store } from 'n3'
import type { Term } from 'n3'
import type { Answer } from './answers.ts'
import { plain } from './ask.ts'

const spaces = {
  prov: 'http://www.w3.org/ns/prov#',
  provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
  mls: 'http://www.w3.org/ns/mls#',
  dcterms: 'http://purl.org/dc/terms/',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  user: 'http://www.example.org/',
} as const

/** Triples, for who follows them without a SPARQL engine. */
export class Triples {
  readonly #store: Store

  constructor(turtle: string) {
    this.#store = new Store(new Parser().parse(turtle))
  }

  typed(type: string): Term[] {
    return this.#store.getSubjects(full('rdf:type'), full(type), null)
  }

  /** Where a step leads from any of these: `a|b` is either, and what has no such property leads nowhere. */
  from(terms: readonly Term[], ...steps: readonly string[]): Term[] {
    let reached = [...terms]
    for (const step of steps) {
      const next = reached.flatMap((term) =>
        step.split('|').flatMap((one) => this.#store.getObjects(term, full(one), null)),
      )
      reached = [...new Map(next.map((term) => [term.id, term])).values()]
    }
    return reached
  }

  /** All that is behind a thing. */
  lineage(file: Term): Term[] {
    const found = new Map<string, Term>()
    let fresh = [file]
    while (fresh.length > 0) {
      fresh = this.from(fresh, 'prov:wasDerivedFrom|prov:wasGeneratedBy|prov:used').filter(
        ({ id }) => !found.has(id),
      )
      for (const term of fresh) found.set(term.id, term)
    }
    return [...found.values()]
  }

  with(terms: readonly Term[], property: string, value: string): Term[] {
    return terms.filter((term) => this.values([term], property).includes(value))
  }

  /** Values as the page writes them. */
  values(terms: readonly Term[], ...steps: readonly string[]): string[] {
    return this.from(terms, ...steps).map((term) =>
      plain(term.value, term.termType === 'Literal' ? term.datatypeString : ''),
    )
  }
}

function full(name: string): string {
  const [prefix, local] = name.split(':')
  const space = Object.entries(spaces).find(([known]) => known === prefix)
  if (space === undefined) throw new Error(`no prefix of ${name}`)
  return `${space[1]}${local}`
}

/** The core questions of the page, followed by hand: with Node alone. */
export function walked(turtle: string): ReadonlyMap<number, Answer> {
  const triples = new Triples(turtle)
  const ranks = triples.typed('provloom:RankExecution')
  const files = triples.with(triples.typed('provloom:Checkpoint'), 'provloom:version', '29')
  const behind = files.flatMap((file) => triples.lineage(file))
  const seeds = triples.with(behind, 'mls:specifiedBy', 'parameter-seed')
  const makers = triples.from(files, 'prov:wasGeneratedBy')
  const whose = [...makers, ...triples.from(makers, 'dcterms:isPartOf')]
  const third = triples.with(ranks, 'provloom:globalRank', '3')
  const settings = [
    ...triples.from(third, 'prov:used'),
    ...triples.from(third, 'prov:used', 'prov:wasDerivedFrom'),
  ]
  return new Map([
    [1, sorted(triples.values(behind, 'mls:specifiedBy', 'rdfs:label'))],
    [2, [String(new Set(triples.values(seeds, 'mls:hasValue')).size)]],
    [4, [String(triples.values(behind, 'rdfs:label').includes('test'))]],
    [5, sorted(triples.values(whose, 'provloom:rank|provloom:globalRank'), byNumber)],
    [6, loggedBy(triples, triples.with(ranks, 'provloom:globalRank', '1'))],
    [8, sorted(triples.values(triples.with(settings, 'mls:specifiedBy', 'parameter-seed'), 'mls:hasValue'))],
    [12, copiesAndRecord(triples)],
  ])
}

/** The seeds behind each last version, one list a file, least first. */
export function seedsBehindEach(turtle: string): readonly (readonly number[])[] {
  const triples = new Triples(turtle)
  return triples
    .with(triples.typed('provloom:Checkpoint'), 'provloom:version', '29')
    .map((file) =>
      triples
        .values(triples.with(triples.lineage(file), 'mls:specifiedBy', 'parameter-seed'), 'mls:hasValue')
        .map(Number)
        .sort((a, b) => a - b),
    )
    .sort(([a], [b]) => a! - b!)
}

function loggedBy(triples: Triples, ranks: readonly Term[]): Answer {
  const series = triples.with(triples.typed('mls:ModelEvaluation'), 'mls:specifiedBy', 'metric-loss')
  return ranks
    .flatMap((rank) =>
      series
        .filter((one) =>
          triples.from([one], 'prov:wasGeneratedBy', 'dcterms:isPartOf').some(({ id }) => id === rank.id),
        )
        .map((one) =>
          [
            triples.values([rank], 'provloom:attempt'),
            triples.values([one], 'provloom:rows'),
            triples.values([one], 'mls:hasValue'),
          ].join(' '),
        ),
    )
    .sort()
}

function copiesAndRecord(triples: Triples): Answer {
  return ['RunRecord', 'StoredCopy'].flatMap((what) =>
    sorted(triples.values(triples.typed(`provloom:${what}`), 'prov:wasGeneratedBy', 'rdf:type'))
      .filter((maker) => maker !== 'Activity')
      .map((maker) => `${what} ${maker}`),
  )
}

function sorted(values: readonly string[], order?: (a: string, b: string) => number): string[] {
  return [...new Set(values)].sort(order)
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b)
}
