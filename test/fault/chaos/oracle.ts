import { isParam, metricKey, metricValue, paramKey, paramValue } from './known.ts'
import type { KnownAttempt } from './known.ts'
import { foundParams } from './found-params.ts'
import type { FoundRun, FoundSeries } from './found.ts'
import { matchAttempts } from './matching.ts'
import type { Matched } from './matching.ts'
import { rankProblems, runProblems, seriesProblems } from './told.ts'

export interface Verdict {
  /** Log calls that returned. */
  readonly sent: number
  /** Of these, and of those killed on their way out, what is in the graph. */
  readonly inGraph: number
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
  readonly documentValid: boolean
  /** The first of whatever is wrong, in words. */
  readonly problems: readonly string[]
}

const problemsKept = 20

/** Compares the final document and rows of a run with what its workers know they logged there. */
export function compare(
  known: readonly KnownAttempt[],
  found: FoundRun,
  series: number,
  payload: number,
): Verdict {
  const tally = new Tally()
  const params = foundParams(found.document)
  const { matched, problems } = matchAttempts(known, found.document)
  const claimed = new Map<string, Set<string>>()
  for (const one of matched) {
    compareRows(one, found.series, series, tally, claimed)
    compareParams(one, params, payload, tally, claimed)
  }
  for (const name of found.series.keys())
    if (!claimed.has(name)) tally.problem(`${name} is in the graph, and nobody logged it`, 'doubled')
  for (const [name, values] of params)
    for (const value of values)
      if (claimed.get(name)?.has(value) !== true)
        tally.problem(`${name} is ${value} in the graph, and nobody logged that`, 'doubled')
  const untrue = [...seriesProblems(found), ...rankProblems(matched), ...runProblems(found.document)]
  for (const problem of [...problems, ...found.violations, ...untrue]) tally.problem(problem, 'untrue')
  const sent = known.reduce((sum, one) => sum + one.returned, 0)
  return { sent, ...tally.result() }
}

class Tally {
  #lost = 0
  #duplicated = 0
  #outOfOrder = 0
  #inGraph = 0
  #untrue = 0
  readonly #problems: string[] = []

  found(count = 1): void {
    this.#inGraph += count
  }

  problem(words: string, kind: 'lost' | 'doubled' | 'disordered' | 'untrue'): void {
    if (kind === 'lost') this.#lost++
    if (kind === 'doubled') this.#duplicated++
    if (kind === 'disordered') this.#outOfOrder++
    if (kind === 'untrue') this.#untrue++
    if (this.#problems.length < problemsKept) this.#problems.push(words)
  }

  result(): Omit<Verdict, 'sent'> {
    return {
      inGraph: this.#inGraph,
      lost: this.#lost,
      duplicated: this.#duplicated,
      outOfOrder: this.#outOfOrder,
      documentValid: this.#untrue === 0,
      problems: this.#problems,
    }
  }
}

/** The rows of each series: every number once, in order, with its value. */
function compareRows(
  { known, attempt }: Matched,
  found: ReadonlyMap<string, FoundSeries>,
  series: number,
  tally: Tally,
  claimed: Map<string, Set<string>>,
): void {
  const { rank, first, returned, begun } = known
  const due = new Map<string, number[]>()
  for (let number = first; number < first + begun; number++) {
    if (isParam(number)) continue
    const key = metricKey(number, series)
    due.set(key, [...(due.get(key) ?? []), number])
  }
  for (const [key, numbers] of due) {
    const name = `${rank}.${attempt}.${key}`
    claimed.set(name, new Set())
    const { steps, values } = found.get(name) ?? { steps: [], values: [] }
    const seen = new Map<number, number>()
    for (const [i, step] of steps.entries()) {
      seen.set(step, (seen.get(step) ?? 0) + 1)
      if (i > 0 && step < steps[i - 1]!)
        tally.problem(`${name}: step ${step} after ${steps[i - 1]}`, 'disordered')
      if (values[i] !== metricValue(rank, known.attempt, step))
        tally.problem(`${name}: ${values[i]} at step ${step}`, 'untrue')
    }
    for (const number of numbers) {
      const times = seen.get(number) ?? 0
      seen.delete(number)
      if (times > 0) tally.found()
      if (times > 1) tally.problem(`${name}: step ${number} ${times} times`, 'doubled')
      if (times === 0 && number < first + returned)
        tally.problem(`${name}: step ${number} is missing`, 'lost')
    }
    for (const step of seen.keys()) tally.problem(`${name}: step ${step} was never logged`, 'doubled')
  }
}

function compareParams(
  { known: { rank, attempt, first, returned, begun } }: Matched,
  params: ReadonlyMap<string, readonly string[]>,
  payload: number,
  tally: Tally,
  claimed: Map<string, Set<string>>,
): void {
  for (let number = first; number < first + begun; number++) {
    if (!isParam(number)) continue
    const name = `${rank}.${paramKey(number)}`
    const due = paramValue(rank, attempt, number, payload)
    claimed.set(name, (claimed.get(name) ?? new Set()).add(due))
    const times = (params.get(name) ?? []).filter((value) => value === due).length
    if (times > 0) tally.found()
    if (times > 1) tally.problem(`${name} is there ${times} times`, 'doubled')
    if (times === 0 && number < first + returned) tally.problem(`${name} is missing`, 'lost')
  }
}
