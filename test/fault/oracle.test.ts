import { expect, it } from 'vitest'
import type { Attributes, FoundRun, FoundSeries } from './chaos/found.ts'
import type { KnownAttempt } from './chaos/known.ts'
import { isParam, metricKey, metricValue, paramKey, paramValue } from './chaos/known.ts'
import { compare } from './chaos/oracle.ts'
import type { Verdict } from './chaos/oracle.ts'

const shape = { series: 5, payload: 32 }

/** Calls 0 ... 7 of rank 3: the points of five series, and of the parameter q7. */
const logged: KnownAttempt = {
  rank: 3,
  attempt: 1,
  pid: 77,
  first: 0,
  returned: 8,
  begun: 8,
  killed: false,
  endSeen: true,
}

/** Where the run says that something was logged. */
interface Call {
  readonly rank: number
  readonly attempt: number
  readonly number: number
}

/** As the aggregator has it, which gave the attempt the number 4. */
const truth: readonly Call[] = Array.from({ length: 8 }, (_, number) => ({ rank: 3, attempt: 4, number }))
const execution: Attributes = {
  'prov:type': { $: 'provloom:RankExecution', type: 'prov:QUALIFIED_NAME' },
  'provloom:globalRank': 3,
  'provloom:attempt': 4,
  'provloom:pid': 77,
  'provloom:status': 'completed',
  'provloom:eventsSent': 14,
  'provloom:eventsStored': 14,
  'provloom:eventsDropped': 0,
}

function runOf(calls: readonly Call[], executions: readonly Attributes[] = [execution]): FoundRun {
  const series = new Map<string, FoundSeries>()
  const entity: Record<string, Attributes> = {}
  const used: Record<string, Attributes> = {}
  for (const { rank, attempt, number } of calls) {
    if (isParam(number)) {
      entity[`run:param.${paramKey(number)}`] = {
        'prov:type': { $: 'mls:HyperParameterSetting', type: 'prov:QUALIFIED_NAME' },
        'prov:label': paramKey(number),
        'prov:value': paramValue(3, 1, number, shape.payload),
      }
      used[`_:${number}`] = {
        'prov:activity': `run:of-${rank}`,
        'prov:entity': `run:param.${paramKey(number)}`,
      }
      continue
    }
    const name = `${rank}.${attempt}.${metricKey(number, shape.series)}`
    const { steps, values } = series.get(name) ?? { steps: [], values: [] }
    series.set(name, { steps: [...steps, number], values: [...values, metricValue(3, 1, number)] })
  }
  for (const [name, { steps, values }] of series) {
    const [rank, attempt, key] = name.split('.')
    entity[`run:rank-${rank}${attempt === '0' ? '' : `.attempt-${attempt}`}.TRAINING.${key}`] = {
      'provloom:rows': steps.length,
      'provloom:min': Math.min(...values),
      'provloom:max': Math.max(...values),
      'provloom:first': values[0],
      'provloom:firstStep': steps[0],
      'provloom:lastStep': steps.at(-1),
    }
  }
  const activity: Record<string, Attributes> = Object.fromEntries(
    executions.map((one, i) => [`run:rank-${i}`, one]),
  )
  for (const { rank } of calls) activity[`run:of-${rank}`] = { 'provloom:globalRank': rank }
  return { series, document: { entity, activity, used }, violations: [] }
}

const verdict = (found: FoundRun, known: readonly KnownAttempt[] = [logged]): Verdict =>
  compare(known, found, shape.series, shape.payload)

const without = (number: number): Call[] => truth.filter((one) => one.number !== number)
const placed = (number: number, place: Partial<Call>): Call[] =>
  truth.map((one) => (one.number === number ? { ...one, ...place } : one))

it('the oracle finds nothing in a run that is as it was logged', () => {
  expect(verdict(runOf(truth))).toEqual({
    sent: 8,
    inGraph: 8,
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
    documentValid: true,
    problems: [],
  })
})

it('the oracle sees what is missing, doubled and out of order', () => {
  expect(verdict(runOf(without(5)))).toMatchObject({ lost: 1, duplicated: 0 })
  expect(verdict(runOf(without(7)))).toMatchObject({ lost: 1, duplicated: 0 })
  expect(verdict(runOf([...truth, truth[5]!]))).toMatchObject({ lost: 0, duplicated: 1 })
  expect(verdict(runOf(truth.toReversed()))).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 2 })
})

it('the oracle sees a record under another rank, or another attempt of its own', () => {
  for (const place of [{ rank: 2 }, { attempt: 1 }])
    expect(verdict(runOf(placed(5, place)))).toMatchObject({ lost: 1, duplicated: 1 })
  expect(verdict(runOf(placed(7, { rank: 2 })))).toMatchObject({ lost: 1, duplicated: 1 })
})

it('the oracle sees a record of another session', () => {
  const other = [8, 57].map((number) => ({ rank: 3, attempt: 4, number }))
  for (const one of other) expect(verdict(runOf([...truth, one]))).toMatchObject({ lost: 0, duplicated: 1 })
  // And in the run that it was taken from it is missing.
  const theirs = { ...logged, first: 8, returned: 1, begun: 1 }
  expect(verdict(runOf([]), [theirs])).toMatchObject({ lost: 1 })
})

it('the oracle sees an attempt of another process, one too many, and one that is not told', () => {
  const another = { ...execution, 'provloom:pid': 78 }
  const problem = (executions: readonly Attributes[], known = [logged]): string =>
    verdict(runOf(truth, executions), known).problems.join('\n')
  expect(problem([another])).toMatch(/process 77\) is not told/)
  expect(problem([another])).toMatch(/process 78\) is told, and nobody made it/)
  expect(problem([execution, { ...another, 'provloom:attempt': 5 }])).toMatch(/attempt 5 .* nobody made it/)
  expect(problem([execution, { ...execution }])).toMatch(/told more than once/)
  expect(problem([])).toMatch(/process 77\) is not told/)
})

it('the oracle sees attempts of a rank in another order than they were made', () => {
  const earlier = { ...logged, attempt: 0, pid: 70, returned: 0, begun: 0 }
  const found = runOf(truth, [execution, { ...execution, 'provloom:pid': 70, 'provloom:attempt': 5 }])
  expect(verdict(found, [logged, earlier]).problems.join()).toMatch(/stands as attempt 4/)
})

it('the oracle sees a status, a ledger or statistics that are not true, and a document that is not valid', () => {
  const told = (facts: Attributes): boolean =>
    verdict(runOf(truth, [{ ...execution, ...facts }])).documentValid
  expect(told({})).toBe(true)
  expect(told({ 'provloom:status': 'killed' })).toBe(false)
  expect(told({ 'provloom:eventsDropped': 1 })).toBe(false)
  expect(told({ 'provloom:eventsStored': 13 })).toBe(false)
  const found = runOf(truth)
  const m0 = { ...found.document['entity']!['run:rank-3.attempt-4.TRAINING.m0'], 'provloom:rows': 3 }
  const entity = { ...found.document['entity'], 'run:rank-3.attempt-4.TRAINING.m0': m0 }
  expect(verdict({ ...found, document: { ...found.document, entity } }).documentValid).toBe(false)
  expect(verdict({ ...found, violations: ['invalid'] }).documentValid).toBe(false)
})
