import { afterEach, expect, test } from 'vitest'
import { dutyOf, exitCodeOfSignal, leavesCore, listen, signalNumber, signalsThat } from '../src/index.ts'

const all = signalsThat('end', 'quit', 'notice', 'pause')

test('what launchers and users send to a job is passed on to its command', () => {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const)
    expect(all).toContain(signal)
  for (const signal of ['SIGXCPU', 'SIGPWR', 'SIGWINCH', 'SIGTSTP', 'SIGCONT', 'SIGABRT'] as const)
    expect(all).toContain(signal)
})

test('what a process raises by its own doing, or must not catch, is not', () => {
  for (const signal of ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGPIPE', 'SIGXFSZ'] as const)
    expect(dutyOf(signal)).toBeUndefined()
  for (const signal of ['SIGCHLD', 'SIGTTIN', 'SIGTTOU', 'SIGKILL', 'SIGSTOP'] as const)
    expect(dutyOf(signal)).toBeUndefined()
})

test('a signal of two names is passed on once', () => {
  expect(new Set(all.map(signalNumber)).size).toBe(all.length)
})

test.each([
  ['SIGHUP', 129],
  ['SIGUSR1', 138],
  ['SIGUSR2', 140],
  ['SIGSEGV', 139],
  ['SIGALRM', 142],
  ['SIGXCPU', 152],
  ['SIGSYS', 159],
] as const)('death by %s is exit code %i, as a shell says on Linux', (signal, code) => {
  expect(exitCodeOfSignal(signal)).toBe(code)
})

test('those that leave a core file are known', () => {
  expect(
    ['SIGSEGV', 'SIGABRT', 'SIGQUIT', 'SIGXCPU'].every((name) => leavesCore(name as NodeJS.Signals)),
  ).toBe(true)
  expect(leavesCore('SIGTERM') || leavesCore('SIGUSR1') || leavesCore('SIGPIPE')).toBe(false)
})

const place = Symbol.for('provloom.start')

afterEach(() => {
  Reflect.deleteProperty(globalThis, place)
})

test('signals that came before anybody listened are heard by the first who wants them, once', () => {
  const early: NodeJS.Signals[] = ['SIGUSR1', 'SIGWINCH', 'SIGUSR1']
  Reflect.set(globalThis, place, { early, ignored: [], descriptors: [], variables: {} })
  const heard: string[] = []
  const stop = listen(['SIGUSR1'], (signal) => heard.push(signal))
  listen(['SIGUSR1'], (signal) => heard.push(`again ${signal}`))()
  stop()
  expect(heard).toEqual(['SIGUSR1', 'SIGUSR1'])
  expect(early).toEqual(['SIGWINCH'])
})
