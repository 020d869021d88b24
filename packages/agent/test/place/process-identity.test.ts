import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  aliveStill,
  beganUs,
  argvOf,
  hostId,
  identityOfProcess,
  isAlive,
  ownPidNamespace,
  startedMs,
} from '@provloom/shared/process'
import { freshFolder } from '../support/place.ts'

const boot = '0b0e1c64-9d2f-4f43-8a49-2a5a9a3e2b11'

/** A machine in a folder: its boot id, and one process. */
function machine(start: string, state = 'S'): string {
  const root = freshFolder()
  fs.mkdirSync(path.join(root, 'proc/sys/kernel/random'), { recursive: true })
  fs.writeFileSync(path.join(root, 'proc/sys/kernel/random/boot_id'), `${boot}\n`)
  for (const pid of ['self', '7']) {
    fs.mkdirSync(path.join(root, 'proc', pid, 'ns'), { recursive: true })
    const fields = Array.from({ length: 50 }, (_, i) => (i === 0 ? state : i === 19 ? start : '1'))
    fs.writeFileSync(path.join(root, 'proc', pid, 'stat'), `${pid} (a) b (c) ${fields.join(' ')}\n`)
  }
  return root
}

test('a process is its machine since boot, its number, and when it started', () => {
  const root = machine('4711')
  expect(identityOfProcess(7, root)).toEqual({
    host: boot.replaceAll('-', ''),
    pidNamespace: '',
    pid: 7,
    start: '4711',
  })
  expect(identityOfProcess(8, root)).toBeUndefined()
})

test('when a process began is told by how long the machine has been up, and not where it has not been up so long', () => {
  const root = freshFolder()
  fs.mkdirSync(path.join(root, 'proc'))
  expect(beganUs(100, 50_000_000, root)).toBeUndefined()
  fs.writeFileSync(path.join(root, 'proc/uptime'), '21.25 40.00\n')
  expect(beganUs(2_000, 50_000_000, root)).toBe(48_750_000)
  expect(beganUs(2_126, 50_000_000, root)).toBeUndefined()
  expect(beganUs(0, 50_000_000, root)).toBeUndefined()
})

test('a process that runs is told from its end, and from a later one with its number', async () => {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(child, 'spawn')
  const identity = identityOfProcess(child.pid!)!
  expect(aliveStill(identity)).toBe(true)
  expect(aliveStill({ ...identity, start: `${Number(identity.start) - 1}` })).toBe(false)
  expect(Math.abs(startedMs(child.pid!)! - Date.now())).toBeLessThan(60_000)
  child.stdin.end()
  await once(child, 'exit')
  expect(aliveStill(identity)).toBe(false)
  expect(isAlive(child.pid!)).toBe(false)
  expect(identityOfProcess(child.pid!)).toBeUndefined()
})

test('of a process on another machine or in another pid namespace nothing is said', () => {
  const own = identityOfProcess(process.pid)!
  expect(aliveStill(own)).toBe(true)
  expect(aliveStill({ ...own, host: boot })).toBeUndefined()
  expect(aliveStill({ ...own, pidNamespace: '4026539999' })).toBeUndefined()
})

test('a process that is over and not yet waited for is not alive', () => {
  const root = machine('4711', 'Z')
  expect(aliveStill({ host: boot.replaceAll('-', ''), pidNamespace: '', pid: 7, start: '4711' }, root)).toBe(
    false,
  )
})

test('a pid namespace counts where it is not the machine’s first', () => {
  const root = machine('4711')
  const link = path.join(root, 'proc/self/ns/pid')
  expect(ownPidNamespace(root)).toBe('')
  fs.symlinkSync('pid:[4026531836]', link)
  expect(ownPidNamespace(root)).toBe('')
  fs.rmSync(link)
  fs.symlinkSync('pid:[4026532281]', link)
  expect(identityOfProcess(7, root)).toMatchObject({ pidNamespace: '4026532281' })
})

test('a machine without a boot id is its name and its machine id, and no two are one', () => {
  const root = freshFolder()
  const named = hostId(root)
  fs.mkdirSync(path.join(root, 'etc'))
  fs.writeFileSync(path.join(root, 'etc/machine-id'), 'a\n')
  expect(hostId(root)).toMatch(/^[0-9a-f]{32}$/)
  expect(hostId(root)).not.toBe(named)
  expect(hostId(root)).not.toContain(os.hostname())
})

test('the words of a command line are had as they were given, empty ones too', () => {
  const root = machine('4711')
  fs.writeFileSync(path.join(root, 'proc/7/cmdline'), 'torchrun\0\0--nnodes\x002\0')
  expect(argvOf(7, root)).toEqual(['torchrun', '', '--nnodes', '2'])
  expect(argvOf(8, root)).toEqual([])
})
