import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { nodeFlags, signalsThat } from '@provloom/shared'

const bin = fs.readFileSync(path.join(import.meta.dirname, '../bin/provloom.js'), 'utf8')

test.each([
  ['run', signalsThat('end', 'quit', 'notice', 'pause')],
  ['agent', signalsThat('end', 'quit', 'notice', 'pause')],
  ['aggregator', signalsThat('end', 'notice')],
])('%s listens from its first line to exactly the signals of the table', (command, signals) => {
  const [, names] = new RegExp(`^  ${command}: '([^']+)'`, 'm').exec(bin)!
  expect(names!.split(' ').map((name) => `SIG${name}`)).toEqual([...signals].sort(inOrderOf(names!)))
  expect(names!.split(' ')).toHaveLength(signals.length)
})

test('it starts Node as we start ourselves', () => {
  expect(bin).toContain(`exec "$provloom_node" ${nodeFlags.join(' ')} "$0" "$@"`)
})

test('the shell’s part is a comment of JavaScript that ends where the shell has ended', () => {
  const [shell, script] = bin.split('\n*/\n')
  expect(shell).not.toContain('*/')
  expect(shell!.trim().endsWith('exit 3')).toBe(true)
  expect(script).toContain('void main()')
})

function inOrderOf(names: string): (a: string, b: string) => number {
  const order = names.split(' ').map((name) => `SIG${name}`)
  return (a, b) => order.indexOf(a) - order.indexOf(b)
}
