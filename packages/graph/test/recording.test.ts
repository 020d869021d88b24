import { describe, expect, it } from 'vitest'
import { attemptOf, rankOf } from '@provloom/shared'
import { element } from './support/look.ts'
import { RunScript } from './support/run.ts'

describe('recording', () => {
  it('goes on until the last end of a process was heard of, which is later than the end of its run', () => {
    const run = new RunScript()
      .open()
      .admit(0)
      .log(0, [{ type: 'session.end', status: 'completed', by: 'call' }])
    const [rank, attempt] = [rankOf(0), attemptOf(0)]
    run.end(0).close()
    const before = element(run.graph.document(), 'run:run')?.times
    const [time, heardTime] = [run.nowUs, run.nowUs + 2_000_000]
    run.tell({ kind: 'exited', time, heardTime, rank, attempt, exitCode: 0 })
    const document = run.graph.document()
    expect(element(document, 'run:recording')?.times['endTime']).toBe(
      new Date(heardTime / 1000).toISOString().replace('Z', '000Z'),
    )
    expect(element(document, 'run:run')?.times).toEqual(before)
  })
})
