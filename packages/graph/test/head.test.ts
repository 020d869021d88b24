import { describe, expect, it } from 'vitest'
import { limits } from '@provloom/shared'
import { createGraphBuilder } from '../src/builder.ts'
import { headOf } from './support/head.ts'
import { RunScript, startUs, typicalRun } from './support/run.ts'
import type { Said } from './support/run.ts'

const loss: Said = { type: 'series', id: 0, key: 'loss', context: 'training', unit: '1' }

function points(...values: readonly number[]): { series: number; step: number; value: number }[] {
  return values.map((value, step) => ({ series: 0, step, value }))
}

describe("a run's head", () => {
  it('tells of a metric the lower median of its ranks, the extremes with their steps, and its course', () => {
    const run = new RunScript().open().admit(0).admit(1).admit(2)
    run.log(0, [loss], points(3, 2, 1))
    run.log(1, [loss], points(5, 9, 0.5))
    run.log(2, [loss], points(4, 4, NaN))
    expect(headOf(run.graph).metrics).toEqual({
      shown: [
        {
          key: 'loss',
          context: 'training',
          unit: '1',
          ranks: 3,
          points: 9,
          first: 4,
          last: 1,
          min: 0.5,
          minStep: 2,
          max: 9,
          maxStep: 1,
          firstStep: 0,
          lastStep: 2,
          nan: 1,
          span: { firstUs: startUs + 4e6, lastUs: startUs + 6e6 + 20, gapUs: 10 },
          spark: [4, 5, 0.75],
        },
      ],
      more: 0,
    })
  })

  it('has what event files of TensorBoard’s say among what its user has logged, apart from what is logged here', () => {
    const run = new RunScript().open().admit(0)
    const series: Said[] = [undefined, 'tensorboard', 'step'].map((source, id) => ({
      type: 'series',
      id,
      key: 'loss',
      ...(source === undefined ? {} : { source }),
    }))
    run.log(
      0,
      series,
      [0, 1, 2].map((id) => ({ series: id, step: 0, value: id })),
    )
    expect(
      headOf(run.graph).metrics.shown.map(({ source, measured, spark, last }) => ({
        source,
        measured,
        spark,
        last,
      })),
    ).toEqual([
      { source: undefined, measured: undefined, spark: [0], last: 0 },
      { source: 'tensorboard', measured: undefined, spark: [1], last: 1 },
      { source: 'step', measured: true, spark: undefined, last: 2 },
    ])
  })

  it('takes a restarted rank by its last attempt, and begins with its first', () => {
    const run = new RunScript().open().admit(0).log(0, [loss], points(7, 6)).admit(0, 1)
    run.log(0, [loss], points(5, 4), 1)
    expect(headOf(run.graph).metrics.shown).toMatchObject([{ ranks: 1, points: 4, first: 7, last: 4 }])
  })

  it('says numbers that JSON has not in words, and nothing where no value is finite', () => {
    const run = new RunScript().open().admit(0).log(0, [loss], points(-Infinity, NaN))
    const [metric] = headOf(run.graph).metrics.shown
    expect(metric).toMatchObject({ first: '-Infinity', last: 'NaN', points: 2 })
    expect(metric).not.toHaveProperty('min')
    expect(metric).not.toHaveProperty('spark')
  })

  it('shows what people look at first before what else is logged, and what agents measure last', () => {
    const run = new RunScript().open().admit(0)
    const names = Array.from({ length: limits.headMetricsMax + 20 }, (_, i) => `layer${i}.norm`)
    const series = [...names, 'val_loss', 'accuracy'].map((key, id): Said => ({ type: 'series', id, key }))
    run.log(
      0,
      [{ type: 'series', id: 900, key: 'cpu_usage', source: 'host' }, ...series],
      [{ series: 900, step: 0, value: 1 }, ...series.map((_, id) => ({ series: id, step: 0, value: 1 }))],
    )
    const { shown, more } = headOf(run.graph).metrics
    expect(shown.slice(0, 3).map(({ key }) => key)).toEqual(['val_loss', 'accuracy', 'layer0.norm'])
    expect([shown.length, more]).toEqual([limits.headMetricsMax, 23])
    // The first ones in the order in which they came, and of the others those that people look at (headSparksMax).
    const courses = shown.filter(({ spark }) => spark?.[0] === 1).map(({ key }) => key)
    expect(courses).toEqual(['val_loss', 'accuracy', ...names.slice(0, limits.headSparksMax)])
  })

  it('shows who tells the pace before other metrics, however many these are', () => {
    const run = new RunScript().open().admit(0)
    const keys = Array.from({ length: limits.headMetricsMax + 20 }, (_, i) => `layer${i}.norm`)
    const series: Said[] = [
      { type: 'series', id: 900, key: 'cpu_usage', measures: 'host', source: 'host-00000000' },
      ...keys.map((key, id): Said => ({ type: 'series', id, key })),
      { type: 'series', id: 901, key: 'compute_time', source: 'step' },
      { type: 'series', id: 902, key: 'wait_time', source: 'data' },
      { type: 'series', id: 903, key: 'step_time' },
      { type: 'series', id: 904, key: 'loss' },
      { type: 'series', id: 905, key: 'steps', source: 'data' },
    ]
    const ids = [900, ...keys.keys(), 901, 902, 903, 904, 905]
    run.log(
      0,
      series,
      ids.map((id) => ({ series: id, step: 0, value: 1 })),
    )
    const { shown } = headOf(run.graph).metrics
    expect(shown.slice(0, 6).map(({ key, source }) => [key, source])).toEqual([
      ['loss', undefined],
      ['step_time', undefined],
      ['compute_time', 'step'],
      ['wait_time', 'data'],
      ['steps', 'data'],
      ['layer0.norm', undefined],
    ])
  })

  it('tells parameters as they were logged, how many ranks did, and that they differ', () => {
    const run = new RunScript().open().admit(0).admit(1)
    const param = (key: string, valueType: string, value: string): Said =>
      ({ type: 'param', key, valueType, value }) as Said
    const same = [
      param('lr', 'float', '0.1'),
      param('steps', 'int', '240'),
      param('wide', 'int', '9007199254740993'),
      param('nesterov', 'bool', 'true'),
      param('clip', 'float', 'inf'),
      param('optimizer', 'str', 'sgd'),
      param('note', 'str', 'x'.repeat(limits.headTextMax + 1)),
    ]
    run.log(0, [...same, param('seed', 'int', '0')]).log(1, [...same, param('seed', 'int', '1')])
    expect(headOf(run.graph).params).toEqual({
      more: 0,
      shown: [
        { name: 'lr', value: 0.1, ranks: 2 },
        { name: 'steps', value: 240, ranks: 2 },
        { name: 'wide', value: '9007199254740993', ranks: 2 },
        { name: 'nesterov', value: true, ranks: 2 },
        { name: 'clip', value: 'Infinity', ranks: 2 },
        { name: 'optimizer', value: 'sgd', ranks: 2 },
        { name: 'note', value: 'x'.repeat(limits.headTextMax), cut: true, ranks: 2 },
        { name: 'seed', value: 0, ranks: 2, values: 2 },
      ],
    })
  })

  it('says once for each reason on how many hosts no energy was measured', () => {
    const run = new RunScript().open()
    for (const [rank, host] of ['n0', 'n0', 'n1', 'n2'].entries()) {
      const notMeasured = host === 'n2' ? 'energy: it was not wanted' : 'energy: no counters'
      run.admit(rank, 0, host).log(rank, [{ type: 'host', host, notMeasured }])
    }
    expect(headOf(run.graph)).toMatchObject({
      energy: [],
      notMeasured: [
        { reason: 'it was not wanted', hosts: 1 },
        { reason: 'no counters', hosts: 2 },
      ],
    })
  })

  it('names inputs once and outputs by rank and step, the last first, with what was found in them', () => {
    const run = new RunScript().open().admit(0).admit(1)
    const file = (name: string, role: 'input' | 'output', more: object = {}): Said => ({
      type: 'artifact',
      name,
      kind: 'artifact',
      role,
      path: `/d/${name}`,
      ...more,
    })
    for (const rank of [0, 1]) run.log(rank, [file('data.bin', 'input', { size: 3 })])
    run.log(0, [file('m0', 'output', { step: 1 }), file('m1', 'output', { step: 2, kind: 'model' })])
    const found = {
      type: 'artifact.stored',
      stream: 'worker-1',
      size: 9,
      sha256: 'ab',
      stored: 'artifacts/rank0/m1',
    }
    run.log(0, [{ ...found, number: 2 } as Said], [], 0, 'agent-1')
    const { inputs, outputs } = headOf(run.graph)
    expect(inputs).toEqual({
      more: 0,
      shown: [{ name: 'data.bin', kind: 'artifact', path: '/d/data.bin', size: 3 }],
    })
    expect(outputs.shown).toEqual([
      {
        name: 'm1',
        kind: 'model',
        path: '/d/m1',
        rank: 0,
        step: 2,
        model: 'm1',
        size: 9,
        sha256: 'ab',
        stored: 'artifacts/rank0/m1',
      },
      { name: 'm0', kind: 'artifact', path: '/d/m0', rank: 0, step: 1 },
    ])
  })

  it('finds of a failed run the rank that stopped first, with its last words; of a completed one nothing', () => {
    const ended = (status: 'failed' | 'completed', time: number, error?: string): Said => {
      const how = { time, ...(error === undefined ? { exitCode: 1 } : { error }) }
      return { type: 'rank.end', status, ...how }
    }
    const traceback =
      'Traceback (most recent call last):\n  File "t.py", line 3, in <module>\n    raise E\nValueError: loss is nan\nlook at step 3.\n'
    const run = new RunScript().open().admit(0, 0, 'n', 2).admit(1, 0, 'n', 2)
    run.log(0, [ended('failed', 9)]).log(1, [ended('failed', 7, traceback)])
    expect(headOf(run.graph)).not.toHaveProperty('finding')
    run.end(0).end(1).close()
    expect(headOf(run.graph).finding).toEqual({
      code: 'RANK_FAILED',
      who: 'rank 1',
      text: 'rank 1 failed (then 1 more): ValueError: loss is nan',
      ranks: [1, 0],
    })
    const well = new RunScript()
      .open()
      .admit(0, 0, 'n', 1)
      .log(0, [ended('completed', 5)])
      .end(0)
      .close()
    expect(headOf(well.graph)).not.toHaveProperty('finding')
  })

  it('finds of a completed run what is NaN to its end on most ranks, of what scripts log', () => {
    const ended = (...last: readonly number[]): unknown => {
      const run = new RunScript().open()
      const end: Said = { type: 'rank.end', status: 'completed' }
      for (const rank of last.keys()) run.admit(rank, 0, 'n', last.length)
      for (const [rank, value] of last.entries()) run.log(rank, [loss, end], points(5, 3, value))
      for (const rank of last.keys()) run.end(rank)
      return headOf(run.close().graph).finding
    }
    expect(ended(1, NaN, 2)).toBeUndefined()
    expect(ended(NaN, NaN, 2)).toEqual({
      code: 'NAN_FIRST_SEEN',
      who: '',
      text: 'training.loss is NaN to its end',
      ranks: [],
    })
  })

  it('names the rank that was killed, not those that failed because it was gone', () => {
    const run = new RunScript().open().admit(0, 0, 'n', 3).admit(1, 0, 'n', 3).admit(2, 0, 'n', 3)
    const gone = 'RuntimeError: [/gloo/transport/tcp/pair.cc:598] Connection closed by peer [127.0.0.1]:4711'
    run
      .log(2, [{ type: 'rank.end', status: 'failed', exitCode: 1, error: gone }])
      .log(0, [{ type: 'rank.end', status: 'failed', exitCode: 1, error: gone }])
      .log(1, [{ type: 'rank.end', status: 'killed', signal: 'SIGKILL' }])
      .end(0)
      .end(1)
      .end(2)
      .close()
    expect(headOf(run.graph).finding).toEqual({
      code: 'RANK_KILLED',
      who: 'rank 1',
      text: 'rank 1 killed (then 2 more): SIGKILL',
      ranks: [1, 2, 0],
    })
  })

  it('names none of ranks that were all asked to end, as why does', () => {
    const run = new RunScript().open().admit(0, 0, 'n', 2).admit(1, 0, 'n', 2)
    run
      .log(1, [{ type: 'rank.end', status: 'killed', signal: 'SIGTERM' }])
      .log(0, [{ type: 'rank.end', status: 'killed', signal: 'SIGTERM' }])
      .end(0)
      .end(1)
      .close()
    expect(headOf(run.graph).finding).toEqual({
      code: 'ENDED_FROM_OUTSIDE',
      who: 'from outside',
      text: 'SIGTERM from outside ended ranks 0-1',
      ranks: expect.arrayContaining([0, 1]) as number[],
    })
  })

  it('fits into its bytes (headBytesMax), and counts what does not', () => {
    const run = new RunScript().open().admit(0)
    const wide = 'é'.repeat(400)
    const events = Array.from({ length: 3_000 }, (_, i): Said[] => [
      { type: 'param', key: `p${i}${wide}`, valueType: 'str', value: wide },
      { type: 'artifact', name: `f${i}`, kind: 'artifact', role: 'output', path: `/${wide}/${i}` },
      { type: 'artifact', name: `i${i}`, kind: 'artifact', role: 'input', path: `/${wide}/${i}` },
      { type: 'series', id: i, key: `s${i}${wide}` },
    ]).flat()
    events.push({ type: 'command', argv: Array.from({ length: 999 }, () => wide) })
    run.log(
      0,
      events,
      Array.from({ length: 3_000 }, (_, i) => ({ series: i, step: 0, value: i })),
    )
    for (let rank = 1; rank < 99; rank++) run.admit(rank, 0, `${wide}${rank}`, 99)
    const head = headOf(run.graph)
    expect(Buffer.byteLength(JSON.stringify(head))).toBeLessThan(limits.headBytesMax)
    for (const { shown, more } of [head.params, head.inputs, head.outputs, head.metrics]) {
      expect(shown.length).toBeGreaterThan(10)
      expect(shown.length + more).toBe(3_000)
    }
  })

  it('has no more of anything than may be in it (headParamsMax, headMetricsMax, headFilesMax, headHostsMax)', () => {
    const run = new RunScript().open()
    for (let rank = 0; rank < 300; rank++) run.admit(rank, 0, `n${rank}`, 300)
    run.log(
      0,
      Array.from({ length: 1_100 }, (_, i): Said[] => [
        { type: 'param', key: `p${i}`, valueType: 'int', value: '1' },
        { type: 'artifact', name: `f${i}`, kind: 'artifact', role: 'output', path: `/${i}` },
        { type: 'artifact', name: `i${i}`, kind: 'artifact', role: 'input', path: `/${i}` },
        { type: 'series', id: i, key: `s${i}` },
      ]).flat(),
      Array.from({ length: 1_100 }, (_, i) => ({ series: i, step: 0, value: i })),
    )
    const { hosts, params, metrics, inputs, outputs } = headOf(run.graph)
    const { headHostsMax, headParamsMax, headMetricsMax, headFilesMax } = limits
    expect([hosts, params, metrics, inputs, outputs].map(({ shown, more }) => [shown.length, more])).toEqual([
      [headHostsMax, 300 - headHostsMax],
      [headParamsMax, 1_100 - headParamsMax],
      [headMetricsMax, 1_100 - headMetricsMax],
      [headFilesMax, 1_100 - headFilesMax],
      [headFilesMax, 1_100 - headFilesMax],
    ])
    expect(inputs.shown[0]).toMatchObject({ name: 'i0' })
    expect(outputs.shown[0]).toMatchObject({ name: 'f1099' })
  })

  it('is the same when it was made on the way, and when the graph was saved in between', () => {
    const run = typicalRun(9)
    const way = new RunScript()
    for (const [i, entry] of run.entries.entries()) {
      way.tell(entry)
      if (i % 7 === 0) headOf(way.graph)
    }
    const saved = new RunScript(createGraphBuilder(run.graph.save()))
    expect(headOf(way.graph)).toEqual(headOf(run.graph))
    expect(headOf(saved.graph)).toEqual(headOf(run.graph))
    expect(headOf(run.graph).metrics.shown).toHaveLength(10)
  })
})
