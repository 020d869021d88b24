import { remarks } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { labelled, relations, values } from './support/look.ts'
import { RunScript, startUs } from './support/run.ts'
import type { Said } from './support/run.ts'

const param: Said = { type: 'param', key: 'lr', valueType: 'float', value: '0.1' }
const loss = (context?: string): Said => ({
  type: 'series',
  id: 0,
  key: 'loss',
  ...(context === undefined ? {} : { context }),
})

/** Begin and end of an activity, in seconds of the script. */
function times(run: RunScript, local: string): (number | undefined)[] {
  const found = run.graph
    .document()
    .records.find(({ kind, id }) => kind === 'activity' && id?.local === local)
  const seconds = (time: string | undefined): number | undefined =>
    time === undefined ? undefined : (Date.parse(time) * 1000 - startUs) / 1_000_000
  return [seconds(found?.times.startTime), seconds(found?.times.endTime)]
}

const remarked = (run: RunScript): readonly string[] => remarks(run.graph.document()).map(({ code }) => code)

describe('a context', () => {
  it('holds what was told in it before its block, and behind it', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'dataset', label: 'train', context: 'training' }])
    run.log(0, [{ type: 'context', name: 'training', edge: 'start' }])
    run.log(0, [{ type: 'context', name: 'training', edge: 'end' }])
    run.log(0, [{ type: 'artifact', name: 'm', kind: 'model', role: 'output', context: 'training' }])
    run.end(0).close()
    expect(times(run, 'rank-0.training')).toEqual([2, 5])
    expect(remarked(run)).toEqual([])
  })

  it('holds the contexts inside it', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'context', name: 'epoch 1', parent: 'training', edge: 'start' }])
    run.log(0, [{ ...loss('epoch 1') }], [{ series: 0, step: 1, value: 1 }])
    run.log(0, [{ type: 'context', name: 'epoch 1', edge: 'end' }])
    run.log(0, [{ type: 'param', key: 'x', valueType: 'int', value: '1', context: 'training' }])
    run.log(0, [{ type: 'context', name: 'epoch 2', parent: 'training', edge: 'start' }])
    run.log(0, [{ type: 'context', name: 'epoch 2', edge: 'end' }])
    run.end(0).close()
    expect(times(run, 'rank-0.training')).toEqual([2, 7])
    expect(remarked(run)).toEqual([])
  })
})

describe('a rank', () => {
  it('of which nobody told the end goes to its last point', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [loss('training')], [{ series: 0, step: 1, value: 1 }])
    run.log(0, [], [{ series: 0, step: 2, value: 1 }])
    run.close('stopped')
    expect(times(run, 'rank-0')[1]).toBe(3)
    expect(times(run, 'rank-0.training')[1]).toBe(3)
    expect(times(run, 'run')[1]).toBe(3)
  })

  it('says when its process began only where that is known', () => {
    const run = new RunScript().open().admit(0).admit(1)
    const began = { type: 'rank.start', pid: 1, host: 'n', argv: [] } as const
    run.log(0, [{ ...began, processTime: startUs - 4_000_000 }])
    run.log(1, [began])
    const told = (rank: number): string[] =>
      values(run.graph.document(), `run:rank-${rank}`, 'processStarted')
    expect(told(0)).toEqual([new Date((startUs - 4_000_000) / 1000).toISOString().replace('Z', '000Z')])
    expect(told(1)).toEqual([])
  })
})

describe('the watch of a host', () => {
  it('begins with the first that was measured, whoever measured it, and is no part of a run that ends before it', () => {
    const run = new RunScript().open().admit(0, 0, 'node0', 1, 'aabbccdd-1')
    const watch = { type: 'watch', host: 'node0', hostId: 'aabbccdd-1' } as const
    run.log(0, [{ type: 'series', id: 0, key: 'rss', measures: 'rank' }], [], 0, 'agent-1')
    run.log(0, [], [{ series: 0, step: 0, value: 1 }], 0, 'agent-1')
    run.log(0, [{ ...watch, edge: 'start' }], [], 0, 'agent-1')
    run.log(0, [{ ...watch, edge: 'end' }], [], 0, 'agent-1')
    run.log(0, [], [{ series: 0, step: 1, value: 1 }], 0, 'agent-1')
    run.end(0).close()
    expect(times(run, 'host-node0.aabbccdd.watch')).toEqual([3, 6])
    expect(remarked(run)).toEqual([])
    expect(values(run.graph.document(), 'run:host-node0.aabbccdd.watch', 'isPartOf')).toEqual([])
  })
})

describe('recording', () => {
  it('that had ended stays as it was, and who goes on with a closed run is another', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [param]).end(0).close()
    const before = times(run, 'recording')
    run.tell({
      kind: 'resumed',
      time: run.nowUs,
      aggregator: { version: '0', host: 'b', pid: 8 },
      cause: 'handed in',
    })
    run.tell({ kind: 'reopened', time: run.nowUs })
    run.close()
    expect(times(run, 'recording')).toEqual(before)
    expect(times(run, 'recovery-1')).toEqual([5, 7])
  })
})

describe('what came of a run', () => {
  it('is no setting where it is a value', () => {
    const run = new RunScript().open().admit(0)
    run
      .log(0, [{ ...param, key: 'best', direction: 'output' }], [])
      .end(0)
      .close()
    const document = run.graph.document()
    const [output] = labelled(document, 'Output', 'best')
    expect(values(document, output!, 'value')).toEqual(['0.1'])
    expect(values(document, 'run:run', 'hasOutput')).toEqual([output])
    expect(run.text()).not.toContain('HyperParameter')
  })

  it('is derived from its series where it was folded from them', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'final.metric', key: 'loss', fold: 'min', initialValue: 9, context: 'training' }])
    run.log(0, [loss('training')], [{ series: 0, step: 1, value: 1 }])
    const derived = relations(run.graph.document(), 'wasDerivedFrom')
    expect(derived).toEqual([[expect.stringContaining('rank-0.final.'), 'rank-0.training.loss']])
  })

  it('has no version that is older than its model', () => {
    const run = new RunScript().open().admit(0)
    const file = { type: 'artifact', name: 'm_0.pt', kind: 'model', role: 'output' } as const
    run.log(0, [{ ...file, model: 'm', version: 0 }])
    run.log(0, [{ type: 'model', name: 'm' }])
    const made = run.graph
      .document()
      .records.flatMap(({ kind, args, times: at }) =>
        kind === 'wasGeneratedBy' && /^model\.|file/.test(args['entity']?.local ?? '') ? [at.time] : [],
      )
    expect(new Set(made).size).toBe(1)
    expect(made).toHaveLength(2)
  })
})
