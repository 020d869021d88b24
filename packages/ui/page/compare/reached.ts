import type { CurveAnswer, RunAnswer } from '@provloom/reader'
import { useCurve } from '../ask/live.tsx'
import { count } from '../model/format.ts'
import { extentOf, isLessBetter, mainMetrics } from '../model/metric.ts'
import { whole } from '../model/odd.ts'

/** How soon the better one of two came to where the other one ended: `A reaches B’s last loss after 21 of 80 steps`. */
export function useReached(runs: readonly string[], first: RunAnswer | undefined): string | undefined {
  const [main] = first === undefined ? [] : mainMetrics(first.metrics)
  const [a = '', b = ''] = runs
  const extent = main === undefined || first === undefined ? undefined : extentOf(main, first)
  const steps = extent === undefined ? {} : { from: extent[0], to: extent[1] }
  const isAsked = runs.length === 2 && main !== undefined
  const metric = main?.id ?? ''
  // Asked for as the charts ask: what they have is at hand.
  const one = useCurve({ run: a, metric, by: 'step', ...steps }, isAsked).answer
  const other = useCurve({ run: b, metric, by: 'step' }, isAsked).answer
  if (one === undefined || other === undefined || main === undefined) return undefined
  const less = isLessBetter(main.key)
  return (
    wordsOf('A', pointsOf(one), 'B', pointsOf(other), main.key, less) ??
    wordsOf('B', pointsOf(other), 'A', pointsOf(one), main.key, less)
  )
}

interface Points {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

function pointsOf(answer: CurveAnswer): Points {
  return answer.kind === 'ribbon'
    ? { x: answer.columns.x, y: whole('median', answer.columns.median, answer.odd) }
    : { x: [], y: [] }
}

/** Undefined where it never comes there, or only at its end. */
function wordsOf(
  name: string,
  { x, y }: Points,
  than: string,
  other: Points,
  key: string,
  less: boolean,
): string | undefined {
  const wanted = other.y.findLast((value) => Number.isFinite(value))
  const last = x.at(-1)
  if (wanted === undefined || last === undefined) return undefined
  const at = y.findIndex((value) => (less ? value <= wanted : value >= wanted))
  const step = x[at]
  if (step === undefined || step > last * 0.9) return undefined
  return `${name} reaches ${than}’s last ${key} after ${count(step)} of ${count(last + 1)} steps`
}
