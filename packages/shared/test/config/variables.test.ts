import { expect, it } from 'vitest'
import { flagIn, isOn, misspelt, nearVariable } from '../../src/config/variables.ts'

it.each([
  ['EXPERIMNT_NAME', 'EXPERIMENT_NAME'],
  ['SAVE_AFTER_N_LOG', 'SAVE_AFTER_N_LOGS'],
  ['RNAK', 'RANK'],
  ['COLLECT_ALL', 'COLLECT_ALL_PROCESSES'],
  ['COLECT_ALL', 'COLLECT_ALL_PROCESSES'],
  ['SAVE_DIR', 'PROVENANCE_SAVE_DIR'],
  ['USER_NAMESPACE', 'PROV_USER_NAMESPACE'],
  ['INTERVAL', 'SAMPLE_INTERVAL_SECONDS'],
  ['save_dir', 'PROVENANCE_SAVE_DIR'],
])('PROVLOOM_%s is near to PROVLOOM_%s', (given, known) => {
  expect(nearVariable(`PROVLOOM_${given}`)).toBe(`PROVLOOM_${known}`)
})

it('what nobody could have meant is near to nothing', () => {
  expect(nearVariable('PROVLOOM_WHATEVER_ELSE')).toBeUndefined()
})

it('variables that mean something are not misspelt, and others are not ours', () => {
  const environment = { PROVLOOM_QUIET: '1', PROVLOOM_RANK: '0', HOME: '/', PROVLOOM_JOBKEY: 'x' }
  expect(misspelt(environment)).toEqual([{ name: 'PROVLOOM_JOBKEY', near: 'PROVLOOM_JOB_KEY' }])
})

it('a flag is said by words for yes and no, in whatever case', () => {
  expect(['true', '1', 'Yes', ' on '].map(flagIn)).toEqual([true, true, true, true])
  expect(['false', '0', 'NO', 'off'].map(flagIn)).toEqual([false, false, false, false])
  expect(['', 'maybe', '2'].map(flagIn)).toEqual([undefined, undefined, undefined])
  expect(['', '0', 'off', '1', 'maybe'].map((text) => isOn({ X: text }, 'X'))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ])
})
