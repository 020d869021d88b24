import { describe, expect, test } from 'vitest'
import recorded from './environments.json' with { type: 'json' }
import { otherBatch, slurm } from './environments/batch.ts'
import { clouds, odd, pods } from './environments/cluster.ts'
import { launcherKey } from './environments/environment.ts'
import type { Environment } from './environments/environment.ts'
import { lightning } from './environments/lightning.ts'
import { openMpi, otherMpi } from './environments/mpi.ts'
import { ranked } from './environments/ranked.ts'
import { torchrun } from './environments/torch.ts'
import { devicesOf } from '../../src/place/devices.ts'
import { findPlace } from '../../src/place/place.ts'
import { sightOf } from '../../src/place/sight.ts'
import type { Sight } from '../../src/place/sight.ts'
import type { Variables } from '../../src/place/variables.ts'

function seen({ variables, launcher, tree }: Environment): Sight {
  return {
    ...sightOf(variables, undefined),
    host: 'HOST',
    tree: tree === undefined ? undefined : { key: tree, founded: false },
    launcher: () =>
      launcher === undefined
        ? undefined
        : { key: launcherKey, ours: false, shell: false, argv: [], ...launcher },
  }
}

function placeIn(environment: Environment): Map<string, unknown> {
  const place = findPlace(environment.said, environment.variables, seen(environment))
  return new Map<string, unknown>(Object.entries({ ...place, contradictions: place.contradictions.length }))
}

describe.each([
  ['torchrun', torchrun],
  ['RANK and LOCAL_RANK', ranked],
  ['Lightning', lightning],
  ['Open MPI and PMIx', openMpi],
  ['other MPI', otherMpi],
  ['Slurm', slurm],
  ['other batch systems', otherBatch],
  ['clouds', clouds],
  ['pods', pods],
  ['odd environments', odd],
] as const)('the place of a process is found from %s:', (_, environments) => {
  test.each(environments.map((one) => [one.name, one] as const))('%s', (_, environment) => {
    const found = placeIn(environment)
    expect(
      Object.fromEntries(Object.keys(environment.want).map((name) => [name, found.get(name) ?? null])),
    ).toEqual(environment.want)
  })
})

/**
 * Environments recorded from launchers: name, variables, and what is right. All of it holds. `devices` is of a machine
 * with eight accelerators, as the one without a list of visible ones says of itself: a machine without any has none.
 */
describe('the place of a process is found from a recorded environment:', () => {
  const cases = recorded as unknown as (readonly [string, Variables, Readonly<Record<string, unknown>>])[]
  test.each(cases)('%s', (_, variables, want) => {
    const place = findPlace(undefined, variables, sightOf(variables, undefined))
    const devices = devicesOf(variables, place.localRank, 8)
    const found = new Map<string, unknown>(Object.entries({ ...place, devices }))
    expect(Object.fromEntries(Object.keys(want).map((name) => [name, found.get(name) ?? null]))).toEqual(want)
  })
})
