import { describe, expect, it } from 'vitest'
import { Working } from '../../src/output/working.ts'

/** What is said when it is shown each so many milliseconds. */
function said(terminal: boolean, everyMs: number, times: number): string[] {
  let nowMs = 0
  const put: string[] = []
  const working = new Working(
    terminal,
    () => nowMs,
    (text) => put.push(text),
  )
  for (let i = 0; i < times; i++) {
    nowMs += everyMs
    working.show(() => `${i + 1} of ${times}`)
  }
  working.clear()
  working.clear()
  return put
}

describe('how far a long command is', () => {
  it('is a line on a terminal that is rewritten, and gone when it is done', () => {
    expect(said(true, 300, 4)).toEqual([
      '\rprovloom: 2 of 4\u001B[K',
      '\rprovloom: 3 of 4\u001B[K',
      '\rprovloom: 4 of 4\u001B[K',
      '\r\u001B[K',
    ])
  })

  it('is not said of what is done at once', () => {
    expect(said(true, 100, 4)).toEqual([])
  })

  it('is rewritten a few times a second, however often it is told', () => {
    expect(said(true, 10, 100).length).toBeLessThanOrEqual(7)
  })

  it('is a line each minute where no terminal is', () => {
    expect(said(false, 1_000, 150)).toEqual(['provloom: 60 of 150\n', 'provloom: 120 of 150\n'])
  })
})
