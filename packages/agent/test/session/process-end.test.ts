import { describe, expect, it } from 'vitest'
import { hostId } from '@provloom/shared/process'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { ProcessEnd, leaveExit } from '../../src/session/process-end.ts'
import type { SessionProcess } from '../../src/session/parts.ts'
import { Wake } from '../../src/wake.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'

const well = { kind: 'exited', code: 0 } as const

function endOf(
  wrapped: SessionProcess['wrapped'],
  life: { now: ReturnType<SessionProcess['lifeOf']> } = { now: 'gone' },
): { end: ProcessEnd; root: string; clock: ManualClock } {
  const [clock, root] = [new ManualClock(), freshFolder()]
  const facts = { pid: 1, start: 2, hostId: hostId() } as never
  const process: SessionProcess = {
    lifeOf: () => life.now,
    wrapped,
    wentOn: () => false,
    hasParent: () => false,
  }
  const folder = sessionFolderAt(root)
  return { end: new ProcessEnd({ clock, facts, folder, process, news: new Wake(clock) }), root, clock }
}

describe('the time at which a process was over', () => {
  it('is that at which its command had ended, however much later all of it is delivered and told', () => {
    const { end, clock } = endOf('command')
    const timeUs = clock.nowUs()
    end.commandEnded({ end: well, timeUs })
    clock.advance(60_000)
    expect([end.known, end.overUs]).toEqual([well, timeUs])
  })

  it('is what its parent left, where another process has started it', () => {
    const { end, root, clock } = endOf('below')
    const timeUs = clock.nowUs()
    leaveExit(sessionFolderAt(root), well, timeUs)
    clock.advance(60_000)
    expect([end.known, end.overUs]).toEqual([well, timeUs])
  })

  it('is when it was seen to be gone, where nobody told', () => {
    const { end, clock } = endOf(undefined)
    clock.advance(60_000)
    expect([end.toldUs, end.overUs]).toEqual([undefined, clock.nowUs()])
  })

  it('is when the next look found it gone, and stays that', () => {
    const life: { now: 'lives' | 'gone' } = { now: 'lives' }
    const { end, clock } = endOf(undefined, life)
    expect(end.life).toBe('lives')
    clock.advance(250)
    life.now = 'gone'
    expect(end.life).toBe('gone')
    const seenUs = clock.nowUs()
    clock.advance(60_000)
    expect(end.life).toBe('gone')
    expect([end.seenUs, end.overUs]).toEqual([seenUs, seenUs])
  })

  it('is when it was last seen to live, where nobody looked for longer than a second', () => {
    const life: { now: 'lives' | 'gone' } = { now: 'lives' }
    const { end, clock } = endOf(undefined, life)
    expect(end.life).toBe('lives')
    const livedUs = clock.nowUs()
    clock.advance(30_000)
    life.now = 'gone'
    expect(end.life).toBe('gone')
    expect(end.overUs).toBe(livedUs)
  })
})
