import { bad, tokensOf } from './lex.ts'
import type { Token } from './lex.ts'

export type Comparator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL'

/** One condition of a filter: all of them must hold. `entity` as MLflow has it: metric, param, tag, dataset, attribute. */
export interface Condition {
  readonly entity: Entity
  readonly key: string
  readonly comparator: Comparator
  readonly values: readonly string[]
}

export type Entity = 'attribute' | 'metric' | 'param' | 'tag' | 'dataset'

const entities: Readonly<Record<string, Entity>> = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  dataset: 'dataset',
  datasets: 'dataset',
}

/**
 * Parses the filter of search_runs, search_experiments and search_logged_models.
 *
 * @throws {Fault} `INVALID_PARAMETER_VALUE`
 */
export function parseFilter(text: string): Condition[] {
  const reader = new Tokens(text)
  const conditions: Condition[] = []
  while (!reader.isDone) {
    if (conditions.length > 0) reader.keyword('AND')
    conditions.push(conditionOf(reader))
  }
  return conditions
}

function conditionOf(reader: Tokens): Condition {
  const { entity, key } = reader.name()
  const comparator = comparatorOf(reader)
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { entity, key, comparator, values: [] }
  const isList = comparator === 'IN' || comparator === 'NOT IN'
  return { entity, key, comparator, values: isList ? reader.values() : [reader.value()] }
}

function comparatorOf(reader: Tokens): Comparator {
  const token = reader.next()
  const word = token.text.toUpperCase()
  switch (word) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'LIKE':
    case 'ILIKE':
    case 'IN':
      return word
    case 'NOT':
      reader.keyword('IN')
      return 'NOT IN'
    case 'IS': {
      const isNot = reader.isNext('NOT')
      if (isNot) reader.keyword('NOT')
      reader.keyword('NULL')
      return isNot ? 'IS NOT NULL' : 'IS NULL'
    }
    default:
      throw reader.bad(token)
  }
}

/** A name, as in filters and orders: `metrics.loss`, `tags."mlflow.user"`, `start_time`. */
export class Tokens {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokensOf(text)
  }

  get isDone(): boolean {
    return this.#at >= this.#tokens.length
  }

  isNext(word: string): boolean {
    return this.#tokens[this.#at]?.text.toUpperCase() === word
  }

  next(): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw bad(this.#text, '')
    return token
  }

  keyword(word: string): void {
    const token = this.next()
    if (token.kind !== 'word' || token.text.toUpperCase() !== word) throw this.bad(token)
  }

  name(): { readonly entity: Entity; readonly key: string } {
    const first = this.next()
    if (first.kind !== 'word' && first.kind !== 'quoted') throw this.bad(first)
    const entity = first.kind === 'word' ? entities[first.text.toLowerCase()] : undefined
    if (entity === undefined || !this.isNext('.')) return { entity: 'attribute', key: first.text }
    const parts: string[] = []
    do {
      this.next()
      const part = this.next()
      if (part.kind === 'sign') throw this.bad(part)
      parts.push(part.text)
    } while (this.isNext('.'))
    return { entity, key: parts.join('.') }
  }

  value(): string {
    const token = this.next()
    if (token.kind === 'sign') throw this.bad(token)
    return token.text
  }

  values(): string[] {
    const open = this.next()
    if (open.text !== '(') throw this.bad(open)
    const found: string[] = []
    for (;;) {
      found.push(this.value())
      const token = this.next()
      if (token.text === ')') return found
      if (token.text !== ',') throw this.bad(token)
    }
  }

  bad({ text }: Token): Error {
    return bad(this.#text, text)
  }
}
