import type { HeadMetric, HeadParam, RunHead } from '@provloom/rundir'
import { ProvloomError, rankStatuses } from '@provloom/shared'
import type { KnownRun } from '../folder/folder.ts'
import { metricsMeant } from '../metric-id.ts'

/** A query, read: which runs it means, and in which order. */
export interface ReadQuery {
  readonly fits: (run: KnownRun) => boolean
  readonly sort: string | undefined
  /** Parameters or metrics that it names. */
  readonly names: readonly string[]
}

type Condition = (run: KnownRun) => boolean
type Operator = ':' | '=' | '!=' | '>' | '>=' | '<' | '<='

/** @throws {ProvloomError} `BAD_QUERY` */
export function readQuery(text: string): ReadQuery {
  let sort: string | undefined
  const conditions: Condition[] = []
  const names: string[] = []
  for (const token of tokensOf(text)) {
    const sorted = /^sort:(.+)$/.exec(token)
    if (sorted !== null) sort = sorted[1]
    else {
      const name = /^-?([^:<>=!]+)[:<>=!]/.exec(token)?.[1]
      if (name !== undefined && !Object.hasOwn(fields, name)) names.push(name)
      conditions.push(conditionOf(token, text))
    }
  }
  return { fits: (run) => conditions.every((holds) => holds(run)), sort, names }
}

/** Words apart by spaces, but not inside quotes, which go. */
function tokensOf(text: string): string[] {
  const tokens = [...text.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([token]) => token.replaceAll('"', ''))
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1) throw bad(text, 'a quote is not closed')
  return tokens.filter((token) => token !== '')
}

function conditionOf(token: string, text: string): Condition {
  const negated = token.startsWith('-') && token.length > 1
  const said = negated ? token.slice(1) : token
  const found = /^([^:<>=!]+)(:|!=|>=|<=|=|>|<)(.*)$/.exec(said)
  const condition =
    found === null ? wordCondition(said) : fieldCondition(found[1]!, operatorOf(found[2]!), found[3]!, text)
  return negated ? (run) => !condition(run) : condition
}

function operatorOf(text: string): Operator {
  switch (text) {
    case '=':
    case '!=':
    case '>':
    case '>=':
    case '<':
    case '<=':
      return text
    default:
      return ':'
  }
}

/** In anything that a person calls the run by. */
function wordCondition(word: string): Condition {
  const wanted = word.toLowerCase()
  return ({ name, file: { runId, runName, settings, head } }) =>
    [
      name,
      runId,
      runName ?? '',
      settings.experimentName,
      ...(head?.users ?? []),
      ...(head?.hosts.shown ?? []),
      ...(head?.command ?? []),
      ...(head?.params.shown ?? []).flatMap(({ value }) => (typeof value === 'string' ? value : [])),
      ...(head?.outputs.shown ?? []).map(({ name }) => name),
    ].some((text) => text.toLowerCase().includes(wanted))
}

type TextField = (run: KnownRun) => readonly string[]

const fields: Readonly<
  Record<
    string,
    {
      readonly of: TextField
      readonly fits: (own: string, said: string) => boolean
      /** What it can be, where that is known. */
      readonly all?: readonly string[]
    }
  >
> = {
  experiment: { of: ({ file }) => [file.settings.experimentName], fits: equal },
  status: { of: ({ file }) => [file.status], fits: equal, all: ['running', ...rankStatuses, 'unseen'] },
  run: { of: ({ name, file }) => [name, file.runName ?? ''], fits: (own, said) => own.includes(said) },
  id: { of: ({ file }) => [file.runId], fits: (own, said) => own.includes(said) },
  user: { of: ({ file }) => file.head?.users ?? [], fits: equal },
  host: {
    of: ({ file }) => [...(file.head?.hosts.shown ?? []), ...file.ledger.ranks.map(({ host }) => host)],
    fits: equal,
  },
  commit: { of: ({ file }) => [file.head?.source?.commit ?? ''], fits: (own, said) => own.startsWith(said) },
  branch: { of: ({ file }) => [file.head?.source?.branch ?? ''], fits: equal },
  tag: { of: tagsOf, fits: equal },
}

function fieldCondition(name: string, operator: Operator, said: string, text: string): Condition {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field !== undefined) {
    if (operator !== ':' && operator !== '=' && operator !== '!=') throw bad(text, `${name} is no number`)
    const wanted = said.toLowerCase().split(',')
    const strange = field.all === undefined ? undefined : wanted.find((one) => !field.all?.includes(one))
    if (strange !== undefined) throw bad(text, `${name} ${strange} is none of ${field.all?.join(', ')}`)
    const has: Condition = (run) =>
      field.of(run).some((own) => wanted.some((one) => field.fits(own.toLowerCase(), one)))
    return operator === '!=' ? (run) => !has(run) : has
  }
  if (operator !== ':' && operator !== '=' && operator !== '!=' && !isNumber(said))
    throw bad(text, `${said === '' ? 'nothing' : said} is no number`)
  return ({ file: { head } }) => {
    const value = head === undefined ? undefined : valueOf(head, name)
    return value !== undefined && compares(value, operator, said)
  }
}

/** Of a parameter of that name, else the last value of a metric. */
export function valueOf(head: RunHead, name: string): HeadParam['value'] | undefined {
  const param = paramNamed(head.params.shown, name)
  if (param !== undefined) return param.value
  return metricNamed(head.metrics.shown, name)?.last
}

export function paramNamed(params: readonly HeadParam[], name: string): HeadParam | undefined {
  return params.find((one) => paramWords(one) === name) ?? params.find((one) => one.name === name)
}

/** The first that people would look at. */
export function metricNamed(metrics: readonly HeadMetric[], name: string): HeadMetric | undefined {
  return metricsMeant(metrics, name)[0]
}

export function paramWords({ name, context }: Pick<HeadParam, 'name' | 'context'>): string {
  return context === undefined ? name : `${context}.${name}`
}

function compares(value: HeadParam['value'], operator: Operator, said: string): boolean {
  const numbers = typeof value !== 'boolean' && value !== null && isNumber(String(value)) && isNumber(said)
  const [own, wanted] = [Number(value), Number(said)]
  switch (operator) {
    case '>':
      return numbers && own > wanted
    case '>=':
      return numbers && own >= wanted
    case '<':
      return numbers && own < wanted
    case '<=':
      return numbers && own <= wanted
    case ':':
    case '=':
      return numbers ? own === wanted : equal(String(value).toLowerCase(), said.toLowerCase())
    case '!=':
      return numbers ? own !== wanted : !equal(String(value).toLowerCase(), said.toLowerCase())
  }
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}

function equal(own: string, said: string): boolean {
  return own === said
}

/** A parameter `tag` or `tags`: a text, or a list of them as it was logged. */
function tagsOf({ file: { head } }: KnownRun): string[] {
  const tags = (head?.params.shown ?? []).filter(({ name }) => name === 'tag' || name === 'tags')
  return tags.flatMap(({ value }) =>
    String(value)
      .split(/[\s,[\]"']+/)
      .filter((tag) => tag !== ''),
  )
}

export function bad(query: string, why: string): ProvloomError {
  return new ProvloomError('BAD_QUERY', `The query cannot be understood: ${why}`, {
    doing: 'read the query',
    to: query,
    hint: "As in: 'experiment:digits lr>0.1 status:failed -host:n05 sort:-accuracy'",
  })
}
