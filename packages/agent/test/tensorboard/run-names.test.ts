import { describe, expect, it } from 'vitest'
import { eventFileName } from '../../src/tensorboard/file-name.ts'
import { RunNames } from '../../src/tensorboard/run-names.ts'

function named(...folders: readonly string[]): (string | undefined)[] {
  const names = new RunNames()
  return folders.map((folder) => names.contextOf(folder))
}

describe('a folder of event files is a context', () => {
  it('but for the first, which is the session’s own', () => {
    expect(named('/w/runs/Nov28_host', '/w/runs/Nov28_host')).toEqual([undefined, undefined])
  })

  it('train and validation are the contexts that they are called, whichever came first', () => {
    expect(named('/w/logs/train', '/w/logs/validation')).toEqual(['training', 'validation'])
    expect(named('/w/logs/val', '/w/logs/train', '/w/logs')).toEqual(['validation', 'training', undefined])
    expect(named('/w/logs', '/w/logs/eval', '/w/logs/test')).toEqual([undefined, 'evaluation', 'testing'])
  })

  it('one below is named from the first on, one beside by its own name', () => {
    expect(named('/w/runs/a', '/w/runs/a/loss_train', '/w/runs/a/x/train', '/w/runs/b')).toEqual([
      undefined,
      'loss_train',
      'x/train',
      'b',
    ])
  })

  it('one that is named by the time alone has its parent’s, a second one a number', () => {
    expect(named('/w/r', '/w/r/1764321841.123', '/w/r/1764321999.5', '/w/r/1764321841.123')).toEqual([
      undefined,
      undefined,
      'trial-2',
      undefined,
    ])
  })

  it('the next agent of a session goes on with its names', () => {
    const names = new RunNames()
    names.restore('/w/r/1764321841.123', '/w/r', undefined)
    names.restore('/w/r/train', '/w/r', 'training')
    expect(names.contextOf('/w/r/train')).toBe('training')
    expect(names.contextOf('/w/r/1764321999.5')).toBe('trial-2')
    expect(names.contextOf('/w/r')).toBeUndefined()
  })
})

describe('the name of an event file', () => {
  it.each([
    ['events.out.tfevents.1764321841.node-1.4711.0', { seconds: 1_764_321_841, pid: 4711 }],
    ['events.out.tfevents.1764321841.node-1.4711.3.v2', { seconds: 1_764_321_841, pid: 4711 }],
    ['events.out.tfevents.1764321841.node-1', { seconds: 1_764_321_841, pid: undefined }],
    ['events.out.tfevents.1764321841.node-1.mine', { seconds: 1_764_321_841, pid: undefined }],
    ['events.out.tfevents.1764321841.node-10.4711.0', undefined],
    ['events.out.tfevents.node-1', undefined],
    ['loss.csv', undefined],
  ])('%s', (name, told) => expect(eventFileName(name, 'node-1')).toEqual(told))

  it('a host’s name may have dots', () => {
    expect(eventFileName('events.out.tfevents.1764321841.a.b.org.12.0', 'a.b.org')?.pid).toBe(12)
  })
})
