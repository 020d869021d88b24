import { expect, test } from 'vitest'
import { slurmBatch, slurmStep } from './environments/environment.ts'
import { mayStartAggregator } from '../../src/place/head-node.ts'
import { findPlace } from '../../src/place/place.ts'
import { sightOf } from '../../src/place/sight.ts'
import type { Variables } from '../../src/place/variables.ts'

const openmpi = { OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '4' }
const generic = { RANK: '1', LOCAL_RANK: '1', WORLD_SIZE: '4' }
const first = { SLURM_JOB_ID: '17', SLURM_JOB_NODELIST: 'n[0-3]' }

test.each<readonly [string, Variables, boolean]>([
  ['a lone process may', {}, true],
  ['a batch script may', slurmBatch, true],
  ['each rank on one node may', { ...generic, LOCAL_WORLD_SIZE: '4' }, true],
  ['a rank that meets the others at a loopback address may', { ...generic, MASTER_ADDR: 'localhost' }, true],
  ['a rank of node 0 may', { ...slurmStep, SLURM_PROCID: '1', SLURM_NODEID: '0' }, true],
  ['a rank of another node may not, whatever MASTER_ADDR says', { ...slurmStep, MASTER_ADDR: 'n0' }, false],
  ['a rank on the host at MASTER_ADDR may', { ...generic, MASTER_ADDR: 'n0.cluster' }, true],
  ['a rank on the host at MASTER_ADDR may, by its address', { ...generic, MASTER_ADDR: '10.0.0.4' }, true],
  ['a rank on another host than MASTER_ADDR’s may not', { ...generic, MASTER_ADDR: 'n1' }, false],
  ['10.0.0.40 is not 10.0.0.4', { ...generic, MASTER_ADDR: '10.0.0.40' }, false],
  ['a rank on the first of Slurm’s nodes may', { ...openmpi, ...first }, true],
  [
    'a rank on a later of Slurm’s nodes may not',
    { ...openmpi, ...first, SLURM_JOB_NODELIST: 'n[1-3]' },
    false,
  ],
  ['a rank on the first of LSF’s hosts may', { ...openmpi, LSB_HOSTS: 'n0 n0 n1 n1' }, true],
  ['a rank of a worker at JAX’s coordinator may', { ...generic, JAX_COORDINATOR_ADDRESS: 'n0:1234' }, true],
  ['a rank of which nothing is known may not', openmpi, false],
  ['rank 0 of which nothing is known may', { ...openmpi, OMPI_COMM_WORLD_RANK: '0' }, true],
  [
    'rank 0 may, where MASTER_ADDR is a name that its host does not know',
    { ...generic, RANK: '0', MASTER_ADDR: 'x' },
    true,
  ],
  ['a pod that is not the first may not', { JOB_COMPLETION_INDEX: '1' }, false],
  ['the first pod may', { JOB_COMPLETION_INDEX: '0' }, true],
])('the agent of %s start an aggregator', (_, variables, may) => {
  const place = findPlace(undefined, variables, sightOf(variables, undefined))
  expect(mayStartAggregator(place, variables, ['N0', '10.0.0.4'])).toBe(may)
})
