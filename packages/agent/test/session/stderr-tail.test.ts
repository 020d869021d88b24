import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { expect, onTestFinished, test } from 'vitest'
import { StderrTail } from '../../src/session/stderr-tail.ts'
import { freshFolder } from '../support/place.ts'

interface Writer {
  readonly pid: number
  /** Appends to its standard error. */
  write(text: string): void
}

/** A process whose standard error is a file that holds this already. */
function writer(before = ''): Writer {
  const file = path.join(freshFolder(), 'log')
  fs.writeFileSync(file, before)
  const descriptor = fs.openSync(file, 'a')
  const child = spawn('cat', [], { stdio: ['pipe', 'ignore', descriptor] })
  fs.closeSync(descriptor)
  onTestFinished(async () => {
    child.stdin?.end()
    await once(child, 'exit')
  })
  return { pid: child.pid!, write: (text) => fs.appendFileSync(file, text) }
}

function tailOf({ pid }: Writer, isOneOfMany = false): StderrTail | undefined {
  const tail = StderrTail.of({ pid, topPid: pid, isOneOfMany, isWrapped: false })
  onTestFinished(() => tail?.close())
  return tail
}

test('says what was written since, as a person would have seen it, without secrets and what we said', () => {
  const rank = writer('before\n')
  const tail = tailOf(rank, true)
  expect(tail?.read()).toBeUndefined()
  rank.write(' 1%\r 99%\rdone\r\n\u001B[1;31mERROR\u001B[0m token=ghp_0123456789abcdefghijABCDEFGHIJ012345\n')
  rank.write('provloom: rank 0 is in\nlast\u0007\n\n')
  expect(tail?.read()).toBe('done\nERROR token=***\nlast')
})

test('keeps the last lines alone, of a long one its end', () => {
  const rank = writer()
  const tail = tailOf(rank)
  const lines = Array.from({ length: 3 * limits.stderrLinesMax }, (_, n) => `line ${n}`)
  rank.write(`${lines.join('\n')}\n`)
  expect(tail?.read()).toBe(lines.slice(-limits.stderrLinesMax).join('\n'))
  rank.write(`${'a '.repeat(limits.stderrLengthMax)}the end`)
  const told = tail?.read() ?? ''
  expect(told).toHaveLength(limits.stderrLengthMax)
  expect(told.endsWith('a the end')).toBe(true)
})

test('of a stream that is no file, and of a process that is gone, there is none', async () => {
  const child = spawn('cat', [], { stdio: ['pipe', 'ignore', 'pipe'] })
  expect(tailOf({ pid: child.pid!, write: () => {} })).toBeUndefined()
  child.stdin.end()
  await once(child, 'exit')
  expect(tailOf({ pid: child.pid!, write: () => {} })).toBeUndefined()
})
