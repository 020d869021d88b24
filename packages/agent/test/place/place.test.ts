import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import recorded from './environments.json' with { type: 'json' }
import { otherBatch, slurm } from './environments/batch.ts'
import { clouds, odd, pods } from './environments/cluster.ts'
import { slurmBatch, slurmStep, treeKey } from './environments/environment.ts'
import { lightning } from './environments/lightning.ts'
import { openMpi, otherMpi } from './environments/mpi.ts'
import { ranked } from './environments/ranked.ts'
import { torchrun } from './environments/torch.ts'
import { mayStartAggregator } from '../../src/place/head-node.ts'
import { saidKey } from '../../src/place/job-key.ts'
import { findPlace } from '../../src/place/place.ts'
import type { Place, Said } from '../../src/place/place.ts'
import { placeVariables, untoldVariables } from '../../src/place/read-variables.ts'
import { sightOf } from '../../src/place/sight.ts'
import type { LauncherSeen } from '../../src/place/sight.ts'
import type { Variables } from '../../src/place/variables.ts'
import { recordedVariables } from '../../src/source/allow-list.ts'

const known: readonly Variables[] = [
  ...[torchrun, ranked, lightning, openMpi, otherMpi, slurm, otherBatch, clouds, pods, odd]
    .flat()
    .map(({ variables }) => variables),
  ...recorded.map((one) => one[1] as unknown as Variables),
]

function place(said: Said | undefined, variables: Variables): Place {
  return findPlace(said, variables, sightOf(variables, undefined))
}

describe('the job of a rank that was said by hand', () => {
  const starter = { key: 'local-starter', ours: false, shell: true, argv: [] }
  const tree = { key: 'local-tree', founded: false }
  const keyOf = (said: Said, variables: Variables, by: LauncherSeen | null = starter): unknown => {
    const sight = { ...sightOf(variables, undefined), host: 'here', tree }
    return findPlace(said, variables, { ...sight, said: (told) => saidKey(told, sight, by ?? undefined) })
      .jobKey
  }
  const two = { by: 'call', rank: 2 } as const

  test('is that of who started it', () => {
    expect(keyOf(two, {})).toBe('local-starter')
    expect(keyOf({ ...two, worldSize: 3 }, {})).toBe('local-starter')
    expect(keyOf({ by: 'library', rank: 0, worldSize: 3 }, {})).toBe('local-starter')
  })

  test('is where its ranks meet, which a shell says, and on several nodes anybody', () => {
    const local = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: '29500' }
    const far = { MASTER_ADDR: 'node1', MASTER_PORT: '29500' }
    expect(keyOf(two, local)).toBe('master-here:29500')
    expect(keyOf(two, local, { ...starter, shell: false })).toBe('local-starter')
    expect(keyOf(two, far, { ...starter, shell: false })).toBe('master-node1:29500')
  })

  test('is that of its tree, where nobody is seen to have started it, or it is the only one', () => {
    expect(keyOf(two, {}, null)).toBe('local-tree')
    expect(keyOf({ by: 'call', rank: 0, worldSize: 1 }, {})).toBe('local-tree')
    expect(place(two, {}).jobKey).toBeUndefined()
  })

  test('is what a launcher, a batch job or a person names, before all', () => {
    expect(keyOf(two, slurmStep)).toBe('slurm-17.0')
    expect(keyOf(two, slurmBatch)).toBe('slurm-17')
    expect(keyOf(two, { PROVLOOM_JOB_KEY: 'mine' })).toBe('mine')
  })
})

describe('a rank that was said', () => {
  test('wins over the launcher, and keeps the rest of what it says', () => {
    expect(place({ by: 'call', rank: 2 }, slurmStep)).toMatchObject({
      launcher: 'slurm',
      rank: 2,
      rankToldBy: 'call',
      worldSize: 8,
      localRank: 1,
      jobKey: 'slurm-17.0',
    })
  })

  test('by a lone process says nothing of the size of its job', () => {
    const alone = place({ by: 'call', rank: 3 }, {})
    expect(alone).toMatchObject({ launcher: 'none', rank: 3, attempt: 0 })
    expect(alone).not.toHaveProperty('worldSize')
    expect(alone).not.toHaveProperty('localRank')
    expect(alone.contradictions).toEqual([])
  })

  test('with its size is of a job of that size', () => {
    expect(place({ by: 'library', rank: 3, worldSize: 4 }, slurmBatch)).toMatchObject({
      rank: 3,
      rankToldBy: 'library',
      worldSize: 4,
      jobKey: 'slurm-17',
    })
    expect(place({ by: 'call', rank: 0, worldSize: 1 }, {})).toMatchObject({ worldSize: 1, localRank: 0 })
  })

  test('below a launcher of just the process keeps its node and not its place there', () => {
    const only = {
      ...slurmStep,
      SLURM_PROCID: '0',
      SLURM_STEP_NUM_TASKS: '1',
      SLURM_STEP_TASKS_PER_NODE: '1',
      SLURM_LOCALID: '0',
    }
    const found = place({ by: 'call', rank: 2 }, only)
    expect(found).toMatchObject({ rank: 2, nodeRank: 1, jobKey: 'slurm-17.0', contradictions: [] })
    expect(found).not.toHaveProperty('worldSize')
    expect(found).not.toHaveProperty('localRank')
  })

  test.each([
    [
      { by: 'call', rank: 8 },
      slurmStep,
      { rank: 8 },
      "rank 8 is not below the job's size 8; the size is ignored",
    ],
    [
      { by: 'call', rank: 4, worldSize: 4 },
      {},
      { rank: 4 },
      'rank 4 is not below the size said, 4; the size is ignored',
    ],
    [
      { by: 'call', rank: -1 },
      slurmStep,
      { rank: 5, worldSize: 8, rankToldBy: 'launcher' },
      '-1 is no rank; what is said of it is ignored',
    ],
    [
      { by: 'call', rank: 1.5, worldSize: 4 },
      {},
      { rank: 0, rankToldBy: 'alone' },
      '1.5 is no rank; what is said of it is ignored',
    ],
    [
      { by: 'call', worldSize: 4 },
      slurmStep,
      { rank: 5, worldSize: 8 },
      'rank 5 is not below the size said, 4; that is ignored',
    ],
  ] as const)('that cannot be is told: %j', (said, variables, wanted, told) => {
    const found = place(said, variables)
    expect(found).toMatchObject(wanted)
    expect(found.contradictions).toEqual([told])
  })

  test('without its size leaves the size to the launcher, and a size alone leaves the rank to it', () => {
    expect(place({ by: 'call', worldSize: 6 }, slurmStep)).toMatchObject({
      rank: 5,
      rankToldBy: 'launcher',
      worldSize: 6,
    })
  })
})

describe('a job’s key', () => {
  test('is the tree’s where nothing else names it, a new one too', () => {
    const tree = { key: treeKey, founded: true }
    expect(findPlace(undefined, {}, sightOf({}, { pid: process.pid, tree })).jobKey).toBe(treeKey)
    expect(findPlace(undefined, slurmBatch, sightOf(slurmBatch, { pid: process.pid, tree })).jobKey).toBe(
      'slurm-17',
    )
  })

  test('is never longer than a message may hold, and two long ones stay two', () => {
    const keyOf = (id: string): string | undefined =>
      place(undefined, { RANK: '0', LOCAL_RANK: '0', TORCHELASTIC_RUN_ID: id }).jobKey
    const [one, other] = [keyOf(`${'x'.repeat(5000)}1`), keyOf(`${'x'.repeat(5000)}2`)]
    expect(one).toHaveLength(limits.nameLengthMax)
    expect(one).not.toBe(other)
    expect(place(undefined, { PROVLOOM_JOB_KEY: 'k'.repeat(5000) }).jobKey).toHaveLength(limits.nameLengthMax)
  })
})

describe('whatever the environment holds,', () => {
  const texts = fc.oneof(
    fc.constantFrom('0', '1', '2', '3', '4', '8', '2147483647', '2147483648', '99999999999', 'none'),
    fc.constantFrom(
      '',
      ' ',
      '-1',
      '1e3',
      '0x1',
      '4(x2),3',
      '4(x',
      ',',
      '[',
      '{',
      '[]',
      '["a","b"]',
      'a',
      'b:1',
    ),
    fc.constantFrom('bash', 'provloom run', 'localhost', '127.0.0.1', '::1', '[::1]:5', 'auto', 'undefined'),
    fc.constantFrom('{"cluster":{"worker":["a"]},"task":{"type":"worker","index":0}}', '{"task":null}'),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )
  const names = fc.constantFrom(...placeVariables, 'VC_WORKER_HOSTS', 'VC_MASTER_HOSTS')
  // Half of them begin with what a launcher sets, for a row to be present at all.
  const environments = fc
    .tuple(fc.constantFrom(...known, {}), fc.dictionary(names, texts, { maxKeys: 12 }))
    .map(([base, changes]): Variables => ({ ...base, ...changes }))
  const said = fc.option(
    fc.record(
      {
        by: fc.constantFrom('call' as const, 'library' as const),
        rank: fc.oneof(fc.nat(9), fc.double()),
        worldSize: fc.oneof(fc.nat(9), fc.double()),
      },
      { requiredKeys: ['by'] },
    ),
    { nil: undefined },
  )

  test('a place is found, with a rank below the size or a word why not', () => {
    fc.assert(
      fc.property(environments, said, (variables, said) => {
        const { rank, worldSize, localRank, localWorldSize, nodeRank, nodeCount, ...rest } = place(
          said,
          variables,
        )
        if (worldSize !== undefined) expect(rank).toBeLessThan(worldSize)
        if (localRank !== undefined && localWorldSize !== undefined)
          expect(localRank).toBeLessThan(localWorldSize)
        if (nodeRank !== undefined && nodeCount !== undefined) expect(nodeRank).toBeLessThan(nodeCount)
        if (rest.jobKey !== undefined) expect(rest.jobKey.length).toBeLessThanOrEqual(limits.nameLengthMax)
        expect(typeof mayStartAggregator({ rank, ...rest }, variables, ['a'])).toBe('boolean')
      }),
      { seed: 20_261_126, numRuns: 3_000 },
    )
  })

  test('a size that RANK cannot be below is told', () => {
    fc.assert(
      fc.property(environments, fc.nat(9), fc.nat(9), (variables, rank, size) => {
        const ranked = { RANK: String(rank), LOCAL_RANK: '0', WORLD_SIZE: String(size) }
        const found = place(undefined, { ...variables, ...ranked })
        expect(found).toMatchObject({ rank, ...(rank < size ? { worldSize: size } : {}) })
        if (rank >= size) {
          expect(found).not.toHaveProperty('worldSize')
          expect(found.contradictions.join()).toContain(`rank ${rank} is not below`)
        }
      }),
      { seed: 20_261_126, numRuns: 2_000 },
    )
  })

  test('the variables that are looked at are known, and recorded where they are no one’s secret', () => {
    const looked = new Set<string>()
    for (const variables of known) {
      const watched = new Proxy(variables, {
        get: (target, name) => {
          if (typeof name === 'string') looked.add(name)
          return Reflect.get(target, name)
        },
      })
      mayStartAggregator(place(undefined, watched), watched, [])
    }
    const unknown = [...looked].filter(
      (name) => !placeVariables.includes(name) && !/^VC_\w+_HOSTS$/.test(name),
    )
    expect(unknown).toEqual([])
    const told = recordedVariables(Object.fromEntries(placeVariables.map((name) => [name, '1'])))
    expect(placeVariables.filter((name) => !(name in told))).toHaveLength(untoldVariables.size)
  })
})
