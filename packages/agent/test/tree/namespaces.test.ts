import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { pidNamespace } from '../../src/tree/namespaces.ts'
import { lifeOf, numberHere } from '../../src/tree/processes.ts'
import { writerOf } from '../../src/session/writers.ts'
import { hasPidNamespaces, named } from '../../../../test/support/needs.ts'

/** A shell that is process 1 of a namespace of its own, until its input ends; what it says of itself. */
async function first(): Promise<{ end(): Promise<void>; start: number; namespace: number }> {
  const script = 'read -r stat </proc/self/stat; echo "$stat"; readlink /proc/self/ns/pid; read -r line'
  const child = spawn('unshare', ['-fp', '--mount-proc', '--kill-child', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let text = ''
  for await (const bytes of child.stdout) {
    text += String(bytes)
    if (/pid:\[\d+\]/.test(text)) break
  }
  const fields = text.slice(text.lastIndexOf(')', text.indexOf('\n')) + 2).split(' ')
  return {
    start: Number(fields[19]),
    namespace: Number(/pid:\[(\d+)\]/.exec(text)![1]),
    end: () => {
      child.stdin.end()
      return ended
    },
  }
}

test.skipIf(!hasPidNamespaces)(
  named(
    'a process of a namespace below lives while it does, whatever has its number here',
    hasPidNamespaces,
    'no unshare',
  ),
  async () => {
    const { start, namespace, end } = await first()
    expect(namespace).not.toBe(pidNamespace())
    const name = { pid: 1, start, pidNamespace: namespace }
    expect(lifeOf(name)).toBe('lives')
    expect(lifeOf({ ...name, start: 0 })).toBe('lives')
    const here = numberHere(name)!
    expect(fs.readFileSync(`/proc/${here}/status`, 'utf8')).toMatch(/^NSpid:.*\t1$/m)
    await end()
    expect(lifeOf(name)).toBe('gone')
    expect(numberHere(name)).toBeUndefined()
  },
)

test('the first process of a container writes a stream like any other', () => {
  expect(writerOf('worker-1-4f1e')).toBe(1)
})
