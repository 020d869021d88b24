import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { expect, test } from 'vitest'

const built = pathToFileURL(path.resolve(import.meta.dirname, '../dist/children.js')).href

/** What a program prints that asks for a child that is not there and wants it dead at once; in a process group of its own. */
async function printedBy(ask: string): Promise<string> {
  const program = `
import { spawn } from 'node:child_process'
import { killChild, killWhen } from '${built}'
const child = spawn('/nothing/git', [])
child.on('error', (error) => console.log(error.code))
${ask}
setTimeout(() => console.log('lives'), 50)
`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  let printed = ''
  for await (const bytes of child.stdout) printed += String(bytes)
  return printed
}

test.each([
  ['killed', 'killChild(child)'],
  ['killed when asked to', 'const a = new AbortController(); killWhen(a.signal, child); a.abort()'],
  ['killed for it was asked before', 'killWhen(AbortSignal.abort(), child)'],
])('a child that could not be started and is %s takes nobody with it', async (_, ask) => {
  expect(await printedBy(ask)).toBe('ENOENT\nlives\n')
})

test('a child that lives is killed when that is asked', async () => {
  const { killWhen } = await import('../src/index.ts')
  const asked = new AbortController()
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  killWhen(asked.signal, child)
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  asked.abort()
  expect(await ended).toBe('SIGKILL')
})

test('of many children that wait for one signal Node does not warn, and all are killed', async () => {
  const { killWhen } = await import('../src/index.ts')
  const asked = new AbortController()
  const warned: string[] = []
  const hear = (warning: Error): void => void warned.push(warning.name)
  process.on('warning', hear)
  const ended = Array.from({ length: 12 }, () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
    killWhen(asked.signal, child)
    return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  })
  asked.abort()
  expect(new Set(await Promise.all(ended))).toEqual(new Set(['SIGKILL']))
  process.off('warning', hear)
  expect(warned).toEqual([])
})
