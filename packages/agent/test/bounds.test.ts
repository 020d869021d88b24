import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { describe, expect, test } from 'vitest'
import { Allowance } from '../src/client/allowance.ts'
import { typed } from '../src/client/value.ts'
import { ControlFile } from '../src/session/control.ts'
import { sessionFolderAt } from '../src/session/folder.ts'
import { appendRunLog } from '../src/session/run-log.ts'
import { recordedVariables } from '../src/source/allow-list.ts'
import { environmentFact } from '../src/source/environment.ts'
import { messageOf } from '../src/told.ts'
import { isStarting } from '../src/tree/claim.ts'
import { freshFolder } from './support/place.ts'

describe('of what is longer than a bound the beginning is recorded', () => {
  test('a message of messageLengthMax', () => {
    expect(messageOf('a '.repeat(limits.messageLengthMax))).toHaveLength(limits.messageLengthMax)
  })

  test('a variable of variableLengthMax', () => {
    const text = 'a '.repeat(limits.variableLengthMax)
    expect(recordedVariables({ RANK: text })).toEqual({ RANK: text.slice(0, limits.variableLengthMax) })
  })

  test('a key of keyBytesMax, where it is no text', () => {
    const { value } = typed(new Map([[new RegExp('k'.repeat(limits.keyBytesMax)), 1]]))
    expect(Object.keys(JSON.parse(value) as object)).toEqual([`/${'k'.repeat(limits.keyBytesMax - 1)}`])
  })
})

test('an integer of more than integerBitsMax bits is none, and one of that many is recorded', () => {
  const most = BigInt(limits.integerBitsMax)
  expect(typed(2n ** most - 1n).valueType).toBe('int')
  expect(typed(2n ** most)).toMatchObject({ valueType: 'str', remark: { code: 'VALUE_CUT' } })
})

test('a session’s client is given noticesMax messages to tell', () => {
  const folder = sessionFolderAt(freshFolder())
  const control = new ControlFile(folder)
  for (let n = 0; n <= limits.noticesMax; n++) control.notice({ code: 'AGENT', message: `${n}` })
  const written = JSON.parse(fs.readFileSync(path.join(folder.root, 'control.json'), 'utf8')) as {
    notices: unknown[]
  }
  expect(written.notices).toHaveLength(limits.noticesMax)
})

test('nothing is added to the log of a run that is larger than runLogBytesMax', () => {
  const runDir = freshFolder()
  const file = path.join(runDir, 'provloom.log')
  fs.writeFileSync(file, '')
  fs.truncateSync(file, limits.runLogBytesMax)
  appendRunLog(runDir, 'the last')
  const { size } = fs.statSync(file)
  expect(size).toBeGreaterThan(limits.runLogBytesMax)
  appendRunLog(runDir, 'one more')
  expect(fs.statSync(file).size).toBe(size)
})

const { bavail, bsize } = fs.statfsSync(os.tmpdir())

test.skipIf(bavail * bsize <= limits.cloneFreshBytesMax * 3)(
  'a file that was just written is cloned up to cloneFreshBytesMax, and an old one beyond it',
  () => {
    const folder = sessionFolderAt(freshFolder())
    fs.mkdirSync(folder.files, { recursive: true })
    const [now, before] = [Date.now(), 0]
    const isCloned = (size: number, writtenMs: number): boolean =>
      new Allowance(folder).clone(size, writtenMs)
    expect(isCloned(limits.cloneFreshBytesMax + 1, now)).toBe(false)
    expect(isCloned(limits.cloneFreshBytesMax, now)).toBe(true)
    expect(isCloned(limits.cloneFreshBytesMax + 1, before)).toBe(true)
  },
)

test.skipIf(process.platform === 'win32')('of more packages packagesMax are recorded', async () => {
  const folder = freshFolder()
  const python = path.join(folder, 'python3')
  const packages = Object.fromEntries(
    Array.from({ length: limits.packagesMax + 1 }, (_, n) => [`p${n}`, '1']),
  )
  fs.writeFileSync(path.join(folder, 'told'), JSON.stringify({ version: 'CPython 9', packages }))
  fs.writeFileSync(python, `#!/bin/sh\nexec cat ${folder}/told\n`, { mode: 0o700 })
  const fact = await environmentFact([python, 'x.py'], folder, process.env, new AbortController().signal)
  expect(Object.keys(fact.packages ?? {})).toHaveLength(limits.packagesMax)
})

test('an agent that was started serves within agentStartMs, or another may be started', () => {
  const root = freshFolder()
  const file = path.join(root, `agent.starting.${process.pid}.0`)
  fs.writeFileSync(file, '')
  const at = (agoMs: number): boolean => {
    const seconds = (Date.now() - agoMs) / 1_000
    fs.utimesSync(file, seconds, seconds)
    return isStarting(root)
  }
  expect(at(limits.agentStartMs + 1_000)).toBe(false)
  expect(at(limits.agentStartMs - 5_000)).toBe(true)
})
