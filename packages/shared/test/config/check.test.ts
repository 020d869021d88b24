import { describe, expect, it } from 'vitest'
import { checkOptions, flagOf, optionsOf, renderError, variableOf } from '@provloom/shared'

function refusal(input: Record<string, unknown>, environment: NodeJS.ProcessEnv = {}): string {
  try {
    checkOptions('aggregator', input, environment)
  } catch (error) {
    return renderError(error)
  }
  return 'accepted'
}

describe('options', () => {
  it('have the names of prov4ml in the spelling of each place', () => {
    expect(flagOf('saveAfterNLogs')).toBe('--save-after-n-logs')
    expect(variableOf('collectAllProcesses')).toBe('PROVLOOM_COLLECT_ALL_PROCESSES')
    expect(flagOf('provUserNamespace')).toBe('--prov-user-namespace')
    expect(flagOf('createSvg')).toBe('--create-svg')
  })

  it('given win over the environment', () => {
    expect(
      checkOptions('agent', { rank: '3' }, { PROVLOOM_RANK: '1', PROVLOOM_EXPERIMENT_NAME: 'x' }),
    ).toEqual({ rank: 3, experimentName: 'x' })
  })

  it('name a run by its id, in any case of letters; what is none is refused', () => {
    const runId = '01a21db7-75f9-7007-beba-2eaefcfc6962'
    expect(checkOptions('agent', { runId: runId.toUpperCase() })).toEqual({ runId })
    for (const wrong of ['zzz', `${runId}0`, 7])
      expect(() => checkOptions('agent', { runId: wrong })).toThrow(
        '--run-id must be the id of a run, a UUID',
      )
    expect(() => checkOptions('agent', {}, { PROVLOOM_RUN_ID: 'zzz' })).toThrow('PROVLOOM_RUN_ID must be')
  })

  it('unknown are refused by name, with the nearest known one', () => {
    expect(refusal({ experimentNam: 'x' })).toBe(
      'Error: There is no option --experiment-nam [UNKNOWN_OPTION]\nTry:   Did you mean --experiment-name? --help lists them all.',
    )
    expect(refusal({ rank: 1 })).toContain('There is no option --rank')
  })

  it.each([
    [{ saveAfterNLogs: '0' }, '--save-after-n-logs must be an integer from 1'],
    [{ saveAfterNLogs: 1.5 }, 'not 1.5'],
    [{ port: '65536' }, '--port must be a port from 0 to 65535'],
    [{ experimentName: ' ' }, '--experiment-name must be text'],
    [
      { collectAllProcesses: 'maybe' },
      '--collect-all-processes must be one of true, 1, yes, on, false, 0, no, off, not "maybe"',
    ],
  ])('of a wrong value name option, expectation and value: %j', (input, text) => {
    expect(refusal(input)).toContain(text)
  })

  it('of the environment are named as they stand there', () => {
    expect(refusal({}, { PROVLOOM_SAVE_AFTER_N_LOGS: 'x' })).toContain(
      'PROVLOOM_SAVE_AFTER_N_LOGS must be an integer',
    )
  })

  it('each say for whom they are and what they do', () => {
    for (const part of ['run', 'agent', 'aggregator'] as const) {
      for (const option of optionsOf(part).values()) expect(option.help.length).toBeGreaterThan(5)
    }
  })
})
