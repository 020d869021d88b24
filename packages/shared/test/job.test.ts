import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregatorKey, batchKey, boundedKey, connectionKeys, keySlug, limits } from '@provloom/shared'

describe('a batch job', () => {
  it.each([
    [{ SLURM_JOB_ID: '7' }, 'slurm-7'],
    [{ SLURM_JOBID: '7' }, 'slurm-7'],
    [{ SLURM_JOB_ID: '7', SLURM_STEP_ID: '2' }, 'slurm-7'],
    [{ SLURM_JOB_ID: '9', SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '1' }, 'slurm-9_1'],
    [{ SLURM_JOB_ID: '8', SLURM_HET_JOB_ID: '7' }, 'slurm-7'],
    [{ SLURM_JOB_ID: '8', SLURM_JOB_ID_HET_GROUP_0: '7', SLURM_JOB_ID_HET_GROUP_1: '8' }, 'slurm-7'],
    [{ SLURM_JOB_ID: '8', FLUX_JOB_ID: 'f1' }, 'flux-f1'],
    [{ PBS_JOBID: '12[3].x' }, 'pbs-12[3].x'],
    [{ LSB_JOBID: '55', LSB_JOBINDEX: '0' }, 'lsf-55'],
    [{ LSB_JOBID: '55', LSB_JOBINDEX: '3' }, 'lsf-55.3'],
    [{ JOB_ID: '7', SGE_TASK_ID: 'undefined' }, 'sge-7'],
    [{ JOB_ID: '7', SGE_TASK_ID: '3' }, 'sge-7.3'],
    [{ TRAINING_JOB_NAME: 'j', SM_CURRENT_HOST: 'algo-1' }, 'sagemaker-j'],
    [{ AZUREML_RUN_ID: 'r' }, 'azureml-r'],
    [{ CLOUD_ML_JOB_ID: '1', CLOUD_ML_TRIAL_ID: '2' }, 'vertex-1.2'],
    [{ JOB_ID: '7' }, undefined],
    [{ TRAINING_JOB_NAME: 'mine' }, undefined],
    [{ SLURM_JOB_ID: '', PBS_JOBID: ' ' }, undefined],
    [{}, undefined],
  ])('is named from %j', (environment, key) => {
    expect(batchKey(environment)).toBe(key)
  })

  it('is the key of its aggregator, where no other is given', () => {
    expect(aggregatorKey({ SLURM_JOB_ID: '7', SLURM_STEP_ID: '2' }, undefined)).toBe('slurm-7')
    expect(aggregatorKey({ SLURM_JOB_ID: '7' }, 'mine')).toBe('mine')
    expect(aggregatorKey({}, undefined)).toBe('default')
  })

  it('is looked for after the job itself, and before the key of an aggregator without one', () => {
    expect(connectionKeys({ SLURM_JOB_ID: '7' }, 'slurm-7.2')).toEqual(['slurm-7.2', 'slurm-7', 'default'])
    expect(connectionKeys({ SLURM_JOB_ID: '7' }, 'slurm-7')).toEqual(['slurm-7', 'default'])
    expect(connectionKeys({}, undefined)).toEqual(['default'])
  })
})

describe('a key', () => {
  it('is a file name as it is, where it can be one', () => {
    expect(keySlug('slurm-7_1.2')).toBe('slurm-7_1.2')
    expect(keySlug('torchrun-abc@slurm-7')).toMatch(/^torchrun-abc-slurm-7~[0-9a-f]{32}$/)
  })

  it('is always a safe file name of bounded length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (key) => {
        expect(keySlug(key)).toMatch(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,112}$/)
        expect(boundedKey(key).length).toBeLessThanOrEqual(limits.nameLengthMax)
        expect(boundedKey(boundedKey(key))).toBe(boundedKey(key))
      }),
      { seed: 20_261_126 },
    )
    for (const key of ['', '.', '..', '../../etc', '/', '.hidden', 'x'.repeat(300)]) {
      expect(keySlug(key)).toMatch(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,112}$/)
    }
  })

  it('that would become another one stays two', () => {
    const long = 'x'.repeat(1_000)
    const keys = [
      'a/b',
      'a-b',
      'a b',
      '..',
      '.',
      '',
      'job',
      `${long}1`,
      `${long}2`,
      'x'.repeat(80),
      'x'.repeat(81),
    ]
    expect(new Set(keys.map(keySlug)).size).toBe(keys.length)
    expect(new Set(keys.map(boundedKey)).size).toBe(keys.length)
    // Not even one that is written as another's file name is.
    const slug = keySlug('a/b')
    expect(keySlug(slug)).not.toBe(slug)
    const hash = createHash('sha256').update('a/b').digest('hex').slice(0, 32)
    expect(slug).toBe(`a-b~${hash}`)
  })

  it('that is cut never ends in half a character', () => {
    expect(boundedKey(`${'x'.repeat(limits.nameLengthMax - 34)}${'🧵'.repeat(40)}`)).toMatch(
      /x~[0-9a-f]{32}$/,
    )
  })
})
