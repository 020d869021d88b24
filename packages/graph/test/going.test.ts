import { describe, expect, it } from 'vitest'
import { RunScript } from './support/run.ts'
import type { Said } from './support/run.ts'

const loss: Said = { type: 'series', id: 0, key: 'loss', context: 'training' }
const timer: Said = { type: 'series', id: 1, key: 'compute_time', source: 'step' }
const steps: Said = { type: 'param', key: 'steps', value: '240', valueType: 'int' }

function trained(): RunScript {
  return new RunScript().open().admit(0).admit(1)
}

describe('how far a run has come', () => {
  it('is told with its main metric over ranks, and how far it is to go', () => {
    const run = trained()
    run.log(
      0,
      [steps, loss],
      [
        { series: 0, step: 0, value: 2 },
        { series: 0, step: 9, value: 1 },
      ],
    )
    run.log(
      1,
      [loss],
      [
        { series: 0, step: 0, value: 4 },
        { series: 0, step: 8, value: 3 },
      ],
    )
    expect(run.graph.going(5)).toEqual({
      step: 9,
      steps: 240,
      metric: { key: 'loss', first: 2, last: 1 },
    })
  })

  it('is told by the step timer where nothing else is logged, and not at all where nothing is', () => {
    const run = trained()
    expect(run.graph.going(5)).toBeUndefined()
    run.log(0, [timer], [{ series: 1, step: 12, value: 0.1 }])
    expect(run.graph.going(5)).toEqual({ step: 12 })
  })

  it('is told by what the timer knows: to the end of a loop, of all loops with epochs, or the total', () => {
    const run = trained()
    const ends = (source: string): Said => ({ type: 'series', id: 2, key: 'steps', source })
    run.log(
      0,
      [timer, ends('data')],
      [
        { series: 1, step: 12, value: 0.1 },
        { series: 2, step: 10, value: 20 },
      ],
    )
    expect(run.graph.going(5)).toEqual({ step: 12, steps: 20, loop: true })
    run.log(0, [{ type: 'param', key: 'epochs', value: '4', valueType: 'int' }])
    expect(run.graph.going(5)).toEqual({ step: 12, steps: 40 })
    run.log(1, [ends('step')], [{ series: 2, step: 0, value: 300 }])
    expect(run.graph.going(5)).toEqual({ step: 12, steps: 300 })
  })
})
