import { stepsSeries, stepsWanted } from '@provloom/rundir/entry'
import type { HeadMetric, HeadNumber, HeadParam } from '@provloom/rundir/entry'
import { isLogged, limits } from '@provloom/shared'
import type { HeadSources } from './metrics.ts'
import { headMetric, metricsInOrder } from './metrics.ts'
import { paramsOf } from './params.ts'

/** How far ranks have come, by what is folded already: cheap enough for each second. */
export interface Going {
  /** The last step that any of them logged. */
  readonly step: number
  /** How many there are to be, where a parameter or the step timer says so. */
  readonly steps?: number
  /** That is where a loop over a loader ends; how many there are in all nobody says. */
  readonly loop?: true
  /** What people look at first: the lower median over ranks of each one's first point, and of its last. */
  readonly metric?: { readonly key: string; readonly first: HeadNumber; readonly last: HeadNumber }
}

/** What the clients' step timers write. */
const timer = { key: 'compute_time', source: 'step' }

/**
 * @param seconds since the run began
 * @returns undefined where nothing is logged step by step
 */
export function goingOf(sources: HeadSources, seconds: number): Going | undefined {
  const { state } = sources
  const keys = metricsInOrder(state)
  const [main] = keys.flatMap((key) => {
    const one = state.metrics.get(key)
    return one !== undefined && isLogged(one) ? [key] : []
  })
  const measured = (key: string, source: string): HeadMetric | undefined => {
    const found = keys.find((one) => {
      const metric = state.metrics.get(one)
      return metric?.key === key && metric.source === source
    })
    return found === undefined ? undefined : made(headMetric(sources, found))
  }
  const metric = main === undefined ? undefined : made(headMetric(sources, main))
  const steps = [metric, measured(timer.key, timer.source)].flatMap((one) => one?.lastStep ?? [])
  if (steps.length === 0) return undefined
  const step = Math.max(...steps)
  const { key, total, loop } = stepsSeries
  const wanted = stepsWanted({
    params: firstParams(sources),
    step,
    seconds,
    total: measured(key, total),
    loop: measured(key, loop),
  })
  return {
    step,
    ...wanted,
    ...(metric === undefined ? {} : { metric: { key: metric.key, first: metric.first, last: metric.last } }),
  }
}

function made<R>(work: Generator<void, R>): R {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

function* firstParams({ state }: HeadSources): Generator<HeadParam> {
  let looked = 0
  for (const values of state.params.values()) {
    if (looked++ === limits.headParamsMax) return
    yield* paramsOf(state, values)
  }
}
