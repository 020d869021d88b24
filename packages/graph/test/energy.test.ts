import { describe, expect, it } from 'vitest'
import { headOf } from './support/head.ts'
import { values } from './support/look.ts'
import { RunScript, startUs } from './support/run.ts'
import type { Said } from './support/run.ts'

type Energy = Extract<Said, { readonly type: 'energy' }>

const machine = { host: 'n', hostId: 'aabbccdd-1' } as const

/** A second of the run. */
function at<Each extends Said>(second: number, event: Each): Each {
  return Object.assign(event, { time: startUs + second * 1e6 })
}

function watch(edge: 'start' | 'end', second: number, shared = 1): Said {
  return at(second, { type: 'watch', edge, ...machine, shared })
}

/** What a package took in so many seconds, between 10 and 50 W. */
function used(joules: number, seconds: number, more: Partial<Energy> = {}): Energy {
  return {
    type: 'energy',
    ...machine,
    device: 'package-0',
    method: 'RAPL',
    kind: 'measured',
    covers: 'package',
    counted: true,
    joules,
    lowerJoules: joules - 1,
    upperJoules: joules + 1,
    coveredMs: seconds * 1000,
    leastWatts: 10,
    mostWatts: 50,
    ...more,
  }
}

/** A run of ranks that are on the machine for 100 seconds. */
function run(ranks: number, devices: readonly string[] = []): RunScript {
  const script = new RunScript().open()
  for (let rank = 0; rank < ranks; rank++) {
    script.admit(rank, 0, machine.host, ranks, machine.hostId)
    const own = devices[rank]
    const start: Said = {
      type: 'rank.start',
      pid: 1,
      ...machine,
      argv: ['x'],
      ...(own === undefined ? {} : { devices: own }),
    }
    script.log(rank, [at(0, start), at(100, { type: 'session.end', status: 'completed', by: 'call' })])
  }
  return script
}

function told(script: RunScript, id: string, ...attributes: readonly string[]): Record<string, string> {
  const document = script.graph.document()
  return Object.fromEntries(
    attributes.flatMap((name) => {
      const found = values(document, id, name)
      return found.length === 0 ? [] : [[name, found.join()]]
    }),
  )
}

const cpu = 'run:host-n.aabbccdd.package-0.RAPL.energy'

describe('energy of a device', () => {
  it('has its coverage of the time that its ranks were there, and bounds of what it took beside', () => {
    const script = run(2).log(0, [watch('start', 1), used(2000, 80)], [], 0, 'agent-1')
    expect(
      told(script, cpu, 'joules', 'coverage', 'lowerJoules', 'upperJoules', 'kind', 'counted', 'shared'),
    ).toEqual({
      joules: '2000.0',
      coverage: '0.8',
      // 20 s at 10 to 50 W.
      lowerJoules: '2199.0',
      upperJoules: '3001.0',
      kind: 'measured',
      counted: 'true',
    })
  })

  it('has no bounds where nobody saw its power', () => {
    const { leastWatts: _, mostWatts: __, ...event } = used(0, 0)
    const script = run(1).log(0, [watch('start', 1), event], [], 0, 'agent-1')
    expect(told(script, cpu, 'joules', 'coverage', 'lowerJoules', 'upperJoules')).toEqual({
      joules: '0.0',
      coverage: '0.0',
    })
  })

  it('is the sum of the agents of a rank that took turns, of which each counts from nothing', () => {
    const script = run(1)
    for (let life = 0; life < 11; life++)
      script.log(0, [watch('start', life * 9), used(50, 4), used(100, 8)], [], 0, `agent-${life}`)
    expect(told(script, cpu, 'joules', 'coverage')).toEqual({ joules: '1100.0', coverage: '0.88' })
  })

  it('of a machine that two runs share is the whole machine, and says so', () => {
    const script = run(1).log(0, [watch('start', 1, 2), used(2000, 100)], [], 0, 'agent-1')
    expect(told(script, cpu, 'joules', 'shared')).toEqual({ joules: '2000.0', shared: '2' })
    expect(headOf(script.graph).energy).toMatchObject([
      { kind: 'measured', joules: 2000, shared: 2, coverage: 1 },
    ])
  })

  it('is not counted where it overlaps what is', () => {
    const node = used(5000, 100, { device: 'node', method: 'pm_counters', covers: 'node', counted: false })
    const script = run(1).log(0, [watch('start', 1), used(2000, 100), node], [], 0, 'agent-1')
    expect(told(script, 'run:energy', 'measuredJoules', 'devices')).toEqual({
      measuredJoules: '2000.0',
      devices: '1',
    })
    expect(told(script, 'run:host-n.aabbccdd.node.pm_counters.energy', 'joules', 'counted')).toEqual({
      joules: '5000.0',
      counted: 'false',
    })
  })

  it('is of one kind: unlike kinds are never one sum, and unknown has a reason and no joules', () => {
    const gpu = used(300, 100, { device: 'GPU-1', method: 'NVML power', kind: 'integrated', covers: 'gpu' })
    const lost = {
      type: 'energy',
      ...machine,
      device: 'package-1',
      method: 'none',
      kind: 'unknown',
      covers: 'package',
      reason: 'energy_uj: permission denied',
    } as const
    const script = run(1).log(0, [watch('start', 1), used(2000, 100), gpu, lost], [], 0, 'agent-1')
    expect(
      told(script, 'run:energy', 'measuredJoules', 'integratedJoules', 'estimatedJoules', 'unknownDevices'),
    ).toEqual({
      measuredJoules: '2000.0',
      integratedJoules: '300.0',
      unknownDevices: '1',
    })
    expect(
      told(script, 'run:host-n.aabbccdd.package-1.none.unknown.energy', 'device', 'kind', 'reason', 'joules'),
    ).toEqual({
      device: 'package-1',
      kind: 'unknown',
      reason: 'energy_uj: permission denied',
    })
    expect(headOf(script.graph).notMeasured).toEqual([{ reason: 'energy_uj: permission denied', hosts: 1 }])
  })
})

describe('energy by another tool', () => {
  const other = (part: 'memory' | 'job', joules: number, more: object = {}): Said => ({
    type: 'energy.other',
    ...machine,
    tool: part === 'job' ? 'slurm' : 'codecarbon',
    part,
    kind: 'estimated',
    method: 'a constant of 20 W',
    joules,
    ...more,
  })

  it('is of a class of its own, and no part of what was counted', () => {
    const memory = other('memory', 500, { version: '3.3.2', coveredMs: 4000, gramsCO2e: 2 })
    const script = run(1).log(0, [watch('start', 1), used(2000, 100), memory], [], 0, 'agent-1')
    expect(
      told(script, 'run:host-n.aabbccdd.codecarbon.memory.energy', 'joules', 'toolVersion', 'gramsCO2e'),
    ).toEqual({ joules: '500.0', toolVersion: '3.3.2', gramsCO2e: '2.0' })
    expect(told(script, 'run:energy', 'measuredJoules', 'estimatedJoules', 'devices')).toEqual({
      measuredJoules: '2000.0',
      devices: '1',
    })
    expect(headOf(script.graph).otherEnergy).toEqual([
      {
        tool: 'codecarbon',
        version: '3.3.2',
        gramsCO2e: 2,
        parts: [
          {
            part: 'memory',
            kind: 'estimated',
            method: 'a constant of 20 W',
            joules: 500,
            coveredMs: 4000,
            ours: [],
          },
        ],
      },
    ])
  })

  it('is the sum of the agents that took turns, beside what they counted of the same part', () => {
    const script = run(1)
    for (const life of [1, 2])
      script.log(0, [watch('start', life * 9), used(50, 4), other('job', 70)], [], 0, `agent-${life}`)
    const [slurm] = headOf(script.graph).otherEnergy ?? []
    expect(slurm?.parts).toMatchObject([
      { part: 'job', joules: 140, ours: [{ kind: 'measured', method: 'RAPL', joules: 100 }] },
    ])
  })

  it('that says nothing is told with its reason', () => {
    const none = {
      type: 'energy.other',
      ...machine,
      tool: 'codecarbon',
      reason: 'it is not installed',
    } as const
    const script = run(1).log(0, [watch('start', 1), used(2000, 100), none], [], 0, 'agent-1')
    expect(told(script, 'run:host-n.aabbccdd.watch', 'otherEnergy')).toEqual({
      otherEnergy: 'codecarbon: it is not installed',
    })
    expect(headOf(script.graph).otherEnergy).toEqual([
      { tool: 'codecarbon', parts: [], reason: 'it is not installed' },
    ])
  })
})

describe('shares of ranks', () => {
  const whole = (script: RunScript, ranks: number, kind: string): number[] =>
    Array.from({ length: ranks }, (_, rank) =>
      Number(told(script, `run:rank-${rank}`, `${kind}Joules`)[`${kind}Joules`]),
    )
  const left = (script: RunScript, kind: string): number =>
    Number(values(script.graph.document(), 'run:host-n.aabbccdd.watch', `unattributed${kind}Joules`).join())
  const share = (joules: number): Said => ({ type: 'energy.share', measuredJoules: joules })

  it("of eight ranks and what is nobody's are the machine, to the joule", () => {
    const script = run(8).log(0, [watch('start', 1), used(1000.4, 100)], [], 0, 'agent-1')
    for (let rank = 0; rank < 8; rank++) script.log(rank, [share(50), share(100.3)], [], 0, 'agent-1')
    const ranks = whole(script, 8, 'measured')
    expect(ranks.every((one) => one === 100 || one === 101)).toBe(true)
    expect(ranks.reduce((sum, one) => sum + one, 0) + left(script, 'Measured')).toBe(1000)
    expect(told(script, 'run:host-n.aabbccdd.watch', 'measuredJoules')).toEqual({ measuredJoules: '1000' })
  })

  it('are never more than the machine took, though agents do not look at one moment', () => {
    const script = run(2).log(0, [watch('start', 1), used(100, 100)], [], 0, 'agent-1')
    for (const rank of [0, 1]) script.log(rank, [share(60)], [], 0, 'agent-1')
    expect([whole(script, 2, 'measured'), left(script, 'Measured')]).toEqual([[50, 50], 0])
  })

  it('of an accelerator are whole for who holds it alone, and equal parts for those who share it', () => {
    const gpu = (index: number): Energy =>
      used(1001, 100, {
        device: `GPU-${index}abc`,
        uuid: `GPU-${index}abc`,
        index,
        method: 'NVML power',
        kind: 'integrated',
        covers: 'gpu',
      })
    const script = run(4, ['0', 'GPU-1ab', '1', 'MIG-GPU-3abc/1/0']).log(
      0,
      [watch('start', 1), ...[0, 1, 2, 3].map(gpu)],
      [],
      0,
      'agent-1',
    )
    expect(whole(script, 4, 'integrated')).toEqual([1001, 501, 500, 1001])
    expect(left(script, 'Integrated')).toBe(1001)
  })

  it('of an accelerator that is given in parts are equal parts of the whole, by UUIDs of these', () => {
    const gpu = used(1000, 100, {
      device: 'GPU-1',
      uuid: 'GPU-1',
      covers: 'gpu',
      parts: ['MIG-77aa', 'MIG-88bb'],
    })
    const script = run(2, ['MIG-77aa', 'MIG-88']).log(0, [watch('start', 1), gpu], [], 0, 'agent-1')
    expect(whole(script, 2, 'measured')).toEqual([500, 500])
  })

  it('of an accelerator are of who works on it by what its library says, whatever the variables do', () => {
    const gpu = (index: number): Energy =>
      used(1000, 100, { device: `GPU-${index}abc`, uuid: `GPU-${index}abc`, index, covers: 'gpu' })
    const script = run(2, ['0', '0']).log(0, [watch('start', 1), gpu(0), gpu(1)], [], 0, 'agent-1')
    script.log(1, [{ type: 'devices', library: 'torch', devices: 'GPU-1abc' }])
    expect(whole(script, 2, 'measured')).toEqual([1000, 1000])
    expect(told(script, 'run:rank-1', 'device')).toEqual({ device: 'GPU-1abc' })
  })

  it('of an accelerator that others compute on too are what each process on it has', () => {
    const gpu = used(1000, 100, {
      device: 'GPU-1',
      uuid: 'GPU-1',
      index: 0,
      covers: 'gpu',
      method: 'NVML counter',
      holderJoules: 300,
    })
    const script = run(1, ['0']).log(0, [watch('start', 1), gpu], [], 0, 'agent-1')
    expect([whole(script, 1, 'measured'), left(script, 'Measured')]).toEqual([[300], 700])
  })
})

describe('emissions', () => {
  const carbon = (gramsPerKWh: number): Said => ({
    type: 'carbon',
    gramsPerKWh,
    source: 'Ember',
    zone: 'FR',
    year: 2024,
    licence: 'CC BY-SA 4.0',
  })
  const kWh = 3.6e6

  it('are told by kind, with whose figure it is, where anybody said where the machine is', () => {
    const guessed = used(2 * kWh, 100, {
      device: 'package-1',
      kind: 'estimated',
      method: 'power limit x utilisation',
    })
    const script = run(2).log(0, [watch('start', 1), used(kWh, 100), guessed, carbon(56)], [], 0, 'agent-1')
    script.log(1, [carbon(56)], [], 0, 'agent-1')
    const emitted = told(
      script,
      'run:emissions',
      'measuredGramsCO2e',
      'estimatedGramsCO2e',
      'gramsPerKWh',
      'source',
      'region',
      'year',
      'licence',
    )
    expect(emitted).toEqual({
      measuredGramsCO2e: '56.0',
      estimatedGramsCO2e: '112.0',
      gramsPerKWh: '56.0',
      source: 'Ember',
      region: 'FR',
      year: '2024',
      licence: 'CC BY-SA 4.0',
    })
    expect(headOf(script.graph).energy).toMatchObject([{ gramsCo2eq: 112 }, { gramsCo2eq: 56 }])
  })

  it('are none where nobody said it, or not all the same', () => {
    const none = run(1).log(0, [watch('start', 1), used(kWh, 100)], [], 0, 'agent-1')
    expect(told(none, 'run:emissions', 'gramsPerKWh')).toEqual({})
    const two = run(1).log(0, [watch('start', 1), used(kWh, 100), carbon(56), carbon(57)], [], 0, 'agent-1')
    expect(told(two, 'run:emissions', 'gramsPerKWh')).toEqual({})
  })
})
