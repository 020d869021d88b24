import type {
  CurveQuery,
  GraphQuery,
  LineageQuery,
  LiveQuery,
  MatrixQuery,
  RanksQuery,
  RunQuery,
  RunsQuery,
  WhyQuery,
} from '@provloom/reader'
import { ProvloomError } from '@provloom/shared'

/** The part of an address behind the `?`, read: every name is asked for once, and what is left is not understood. */
export class Question {
  readonly #said: Map<string, string>
  readonly #text: string

  constructor(parameters: URLSearchParams) {
    this.#said = new Map(parameters)
    this.#text = parameters.toString()
  }

  text(name: string): string | undefined {
    const said = this.#said.get(name)
    this.#said.delete(name)
    return said === undefined || said === '' ? undefined : said
  }

  needed(name: string): string {
    return this.text(name) ?? this.bad(`${name} is missing`)
  }

  number(name: string): number | undefined {
    const said = this.text(name)
    if (said === undefined) return undefined
    const value = Number(said)
    return Number.isFinite(value) ? value : this.bad(`${name} is no number`)
  }

  count(name: string, least = 0): number | undefined {
    const value = this.number(name)
    return value === undefined || (Number.isSafeInteger(value) && value >= least)
      ? value
      : this.bad(`${name} is no count${least === 0 ? '' : ` of ${least} or more`}`)
  }

  flag(name: string): boolean | undefined {
    const said = this.text(name)
    if (said === undefined) return undefined
    return said === '1' ? true : said === '0' ? false : this.bad(`${name} is 0 or 1`)
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    const said = this.text(name)
    if (said === undefined) return undefined
    return words.find((word) => word === said) ?? this.bad(`${name} is one of ${words.join(', ')}`)
  }

  /** Nothing is left that was said and not asked for. */
  done(): void {
    const [left] = this.#said.keys()
    if (left !== undefined) this.bad(`there is no ${left}`)
  }

  bad(why: string): never {
    throw new ProvloomError('BAD_QUERY', `The question cannot be understood: ${why}`, {
      doing: 'read the question',
      to: this.#text,
      hint: 'docs/look.md has what can be asked.',
    })
  }
}

export function runsQuery(question: Question): RunsQuery {
  return said({
    query: question.text('query'),
    sort: question.text('sort'),
    limit: question.count('limit', 1),
    after: question.text('after'),
    size: question.flag('size'),
  })
}

export function runQuery(question: Question): RunQuery {
  return said({
    prefix: question.text('prefix'),
    limit: question.count('limit', 1),
    after: question.text('after'),
  })
}

export function curveQuery(question: Question): CurveQuery {
  return {
    metric: question.needed('metric'),
    ...said({
      ranks: ranksMeant(question.text('ranks'), question),
      by: question.oneOf('by', ['step', 'time'] as const),
      from: question.number('from'),
      to: question.number('to'),
      buckets: question.count('buckets', 1),
    }),
  }
}

export function ranksQuery(question: Question): RanksQuery {
  return said({
    sort: question.text('sort'),
    where: question.text('where'),
    limit: question.count('limit', 1),
    offset: question.count('offset'),
    metric: question.text('metric'),
  })
}

export function matrixQuery(question: Question): MatrixQuery {
  return said({
    metric: question.text('metric'),
    show: question.oneOf('show', ['ratio', 'value'] as const),
    from: question.number('from'),
    to: question.number('to'),
    rows: question.count('rows', 1),
    cols: question.count('cols', 1),
    order: question.oneOf('order', ['rank', 'slowest', 'host', 'ended'] as const),
  })
}

export function graphQuery(question: Question): GraphQuery {
  const steps = (name: string): number | 'all' | undefined => {
    const text = question.text(name)
    if (text === undefined || text === 'all') return text
    return Number.isSafeInteger(Number(text)) ? Number(text) : question.bad(`${name} is no count`)
  }
  return said({
    at: question.text('at'),
    up: steps('up'),
    down: steps('down'),
    fold: question.oneOf('fold', ['alike', 'none'] as const),
    machinery: question.flag('machinery'),
  })
}

export function whyQuery(question: Question): WhyQuery {
  return said({ pace: question.text('pace') })
}

/** @param inside takes a path as it was said to one inside the save directory, or throws */
export function lineageQuery(question: Question, inside: (said: string) => string): LineageQuery {
  const sha256 = question.text('sha256')
  const file = question.text('file')
  if (sha256 !== undefined) return { sha256 }
  return file === undefined ? question.bad('neither sha256 nor file is said') : { file: inside(file) }
}

/** `watch=head,ranks,events,curve:METRIC:RANKS:FROM-TO:BUCKETS:BY`; a curve is called by these very words. */
export function liveQuery(question: Question, since: string | undefined): LiveQuery {
  const items = (question.text('watch') ?? 'head,ranks,events').split(',')
  const curves = items.filter((item) => item.startsWith('curve:'))
  const odd = items.find((item) => !['head', 'ranks', 'events'].includes(item) && !item.startsWith('curve:'))
  if (odd !== undefined) question.bad(`${odd} cannot be watched`)
  return {
    ...said({ since }),
    head: items.includes('head'),
    ranks: items.includes('ranks'),
    events: items.includes('events'),
    curves: Object.fromEntries(curves.map((item) => [item, watchedCurve(item, question)])),
  }
}

function watchedCurve(item: string, question: Question): CurveQuery {
  const [, metric = '', ranks, range, buckets, by] = item.split(':')
  const parameters = new URLSearchParams({ metric, ranks: ranks ?? '', buckets: buckets ?? '', by: by ?? '' })
  const borders = /^(-?\d*)-(-?\d*)$/.exec(range ?? '-')
  if (borders === null) return question.bad(`${range} is no range, such as 0-500 or 0-`)
  parameters.set('from', borders[1] ?? '')
  parameters.set('to', borders[2] ?? '')
  return curveQuery(new Question(parameters))
}

function ranksMeant(text: string | undefined, question: Question): CurveQuery['ranks'] | undefined {
  if (text === undefined || text === 'ribbon' || text === 'all') return text
  const ranks = text.split(/[ +,]/).map(Number)
  return ranks.every((rank) => Number.isSafeInteger(rank) && rank >= 0)
    ? ranks
    : question.bad('ranks are ribbon, all, or numbers such as 37,12')
}

type Said<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without what was not said. */
function said<T extends Readonly<Record<string, unknown>>>(all: T): Said<T> {
  const there: Said<T> = {}
  for (const name of Object.keys(all)) copyKnown(all, there, name)
  return there
}

function copyKnown<T extends Readonly<Record<string, unknown>>>(from: T, to: Said<T>, name: keyof T): void {
  const value = from[name]
  if (isSaid(value)) to[name] = value
}

function isSaid<V>(value: V): value is Exclude<V, undefined> {
  return value !== undefined
}
