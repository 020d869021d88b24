import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { becoming } from '../../src/launch/becoming.ts'
import { lookUp } from '../../src/launch/lookup.ts'
import { freshFolder } from '../support/place.ts'
import fs from 'node:fs'
import path from 'node:path'

function run(signals: readonly number[], argv: readonly string[], env: Record<string, string>): string {
  const [file, ...rest] = becoming({ ignored: signals }, argv, env)
  return execFileSync(file!, rest, { env, encoding: 'utf8', cwd: '/' })
}

const searched = { PATH: process.env['PATH'] ?? '' }

/** The numbers in a mask of /proc/PID/status. */
function ignoredBy(status: string): number[] {
  const mask = BigInt(`0x${/^SigIgn:\s+(\S+)/m.exec(status)![1]}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (mask >> BigInt(n - 1)) & 1n)
}

test('exactly the signals that were ignored are ignored in the command', () => {
  expect(ignoredBy(run([1, 13, 15], ['cat', '/proc/self/status'], searched))).toEqual([1, 13, 15])
  expect(ignoredBy(run([2, 3], ['cat', '/proc/self/status'], searched))).toEqual([2, 3])
})

test.each([
  ['plain ones', {}],
  ['names that shells lose', { 'BASH_FUNC_module%%': '() {  echo loaded\n}', 'conda.channel': 'a b' }],
  ['a working folder that is another', { PWD: '/nowhere', OLDPWD: '/before' }],
  ['what only shells count', { SHLVL: '3', _: '/usr/bin/train' }],
  ['odd values', { QUOTES: `'"$(id)\`\\`, LINES: 'a\nb\n', EMPTY: '' }],
])('the command has its variables as they were: %s', (_, more) => {
  const env = { ...searched, ...more }
  const script = 'process.stdout.write(JSON.stringify(process.env))'
  expect(JSON.parse(run([1], [process.execPath, '-e', script], env))).toEqual(env)
})

test('a command whose name looks like a variable runs all the same', () => {
  const file = path.join(freshFolder(), 'lr=0.1')
  fs.writeFileSync(file, '#!/bin/sh\necho ran "$1"\n', { mode: 0o755 })
  expect(run([1], [file, 'x'], searched)).toBe('ran x\n')
})

test('where nothing is to be done before, nothing stands between', () => {
  expect(becoming({ ignored: [] }, ['train', 'x'], {})).toEqual(['train', 'x'])
})

test('a program is looked for as the system does', () => {
  const folder = freshFolder()
  fs.writeFileSync(path.join(folder, 'plain'), '')
  fs.writeFileSync(path.join(folder, 'program'), '', { mode: 0o755 })
  const PATH = `/nowhere:${folder}`
  expect(lookUp('program', { PATH })).toBe('found')
  expect(lookUp('plain', { PATH })).toBe('denied')
  expect(lookUp('none', { PATH })).toBe('missing')
  expect(lookUp(`${folder}/program`, {})).toBe('found')
  expect(lookUp(folder, {})).toBe('denied')
})
