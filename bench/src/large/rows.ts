import { marksOf, slowRank } from '../load/training.ts'
import type { Size } from './make.ts'

/** A question of docs/look.md as the page asks it. */
export interface Row {
  readonly name: string
  /** Below `api/`, of a run named `RUN`. */
  readonly path: string
  /** Seconds with what was read before still there, and with nothing of it. */
  readonly warm: number
  readonly cold: number
}

const loss = 'metric=TRAINING.loss'

export function rowsOf(size: Size, beganUs: number): readonly Row[] {
  const { slowFrom, spike } = marksOf({ ...size, beganUs })
  const zoom = `from=${spike - 240}&to=${spike + 239}`
  const half = beganUs + (spike - 500) * 100_000
  const row = (name: string, path: string, warm = 1, cold = 3): Row => ({ name, path, warm, cold })
  return [
    row('runs', 'runs', 1, 5),
    row('head', 'runs/RUN', 2, 2),
    row('metrics.found', 'runs/RUN?prefix=layer_09999'),
    row('curve.ribbon', `runs/RUN/curve?${loss}`),
    row('curve.ribbon.zoom', `runs/RUN/curve?${loss}&${zoom}`),
    row(
      'curve.ribbon.half',
      `runs/RUN/curve?${loss}&from=${slowFrom}&to=${slowFrom + Math.floor(size.steps / 2)}`,
    ),
    row('curve.rank', `runs/RUN/curve?${loss}&ranks=${slowRank}`),
    row('curve.rank.zoom', `runs/RUN/curve?${loss}&ranks=${slowRank}&${zoom}`),
    row('curve.small', 'runs/RUN/curve?metric=TRAINING.layer_05000/weight_norm'),
    row('curve.time', `runs/RUN/curve?${loss}&by=time`),
    row('curve.time.zoom', `runs/RUN/curve?${loss}&by=time&from=${half}&to=${half + 50_000_000}`),
    row('ranks', 'runs/RUN/ranks'),
    row('matrix', 'runs/RUN/matrix'),
    row('matrix.zoom', `runs/RUN/matrix?${zoom}`),
    row('why', 'runs/RUN/why', 1, 1),
    row('why.pace', 'runs/RUN/why?pace=TRAINING.loss'),
    row('graph', 'runs/RUN/graph'),
  ]
}
