import { removeFolder } from '@provloom/shared'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readOnlyStream, treeVariables } from './spool.ts'
import { worker } from './worker.ts'

let spool: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

/** Seconds by a clock that the program moves itself. */
const head = `
stop()
const passes = (seconds) => { ahead += seconds * 1000 }
function* loads(batches, seconds) { for (let i = 0; i < batches; i++) { passes(seconds); yield i } }
p.startRun({ experimentName: 'digits' })
`

/** What was recorded, as `context key source: step=seconds ...`. */
async function recorded(body: string): Promise<string[]> {
  const done = worker(head + body, treeVariables(spool))
  expect([done.code, done.errors]).toEqual([0, ''])
  const { points, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  const found = new Map<string, string>()
  for (const { context, key, source, step, value } of points) {
    const name = `${context ?? '-'} ${key} ${source}:`
    found.set(name, `${found.get(name) ?? name} ${step}=${Number(value.toFixed(6))}`)
  }
  return [...found.values()].sort()
}

test('a step is what it computed, what was between, and what it waited', async () => {
  const found = await recorded(`
    for (let i = 0; i < 3; i++) {
      passes(1)
      p.step((step) => {
        passes(2)
        step.waiting(() => passes(4))
        p.waiting(() => passes(0.5), 'disk')
      }, { number: i, context: 'training' })
    }`)
  expect(found).toEqual([
    'training compute_time step: 0=2 1=2 2=2',
    'training wait_time between: 1=1 2=1',
    'training wait_time disk: 0=0.5 1=0.5 2=0.5',
    'training wait_time ranks: 0=4 1=4 2=4',
  ])
})

test('a loader, one that is awaited too, is gone through in steps that are counted on in each context', async () => {
  const found = await recorded(`
    async function* awaited() { for (let i = 0; i < 2; i++) { await null; passes(1); yield i } }
    for (let epoch = 0; epoch < 2; epoch++)
      p.inContext('training', () => { for (const batch of p.steps(loads(2, 3))) { passes(5); p.waiting(() => passes(1)) } })
    for await (const batch of p.steps(awaited(), { context: 'validation', number: 10 })) passes(2)
    for (const batch of p.steps('a', { context: 'validation' })) passes(3)`)
  expect(found).toEqual([
    'training compute_time step: 0=5 1=5 2=5 3=5',
    'training wait_time data: 0=3 1=3 2=3 3=3',
    'training wait_time ranks: 0=1 1=1 2=1 3=1',
    'validation compute_time step: 10=2 11=2 12=3',
    'validation steps data: 12=13',
    'validation wait_time data: 10=1 11=1 12=0',
  ])
})

test('how far it is to go is told by a loader that has a length, or by the script, once for each that is another', async () => {
  const found = await recorded(`
    for (let epoch = 0; epoch < 2; epoch++) for (const batch of p.steps(['a', 'b', 'c'], { context: 'training' })) passes(1)
    for (const batch of p.steps(new Set([1, 2]), { context: 'validation', number: 10n })) passes(1)
    for (const batch of p.steps(loads(2, 1), { context: 'told', total: 2n })) passes(1)
    const total = [5, 5, 9, 'many', undefined]
    for (let i = 0; i < 5; i++) p.step(() => passes(1), { number: i, context: 'said', total: total[i] })
    const odd = { get length() { throw new Error('no') }, [Symbol.iterator]: () => [1][Symbol.iterator]() }
    for (const batch of p.steps(odd, { context: 'odd' })) passes(1)`)
  expect(found.filter((one) => one.includes(' steps '))).toEqual([
    'said steps step: 0=5 2=9',
    'told steps step: 0=2',
    'training steps data: 0=3 3=6',
    'validation steps data: 10=12',
  ])
})

test('a step whose body is awaited ends with it, and steps beside it are their own', async () => {
  const found = await recorded(`
    const one = async (name) => p.step(async () => { await null; await p.waiting(async () => { passes(1); await null }) }, { context: name })
    await Promise.all([one('a'), one('b')])
    const step = p.beginStep({ context: 'c' })
    passes(2)
    step.end()
    passes(7)
    step.end()
    const disposed = p.beginStep({ context: 'c' })
    disposed[Symbol.dispose]()`)
  expect(found).toEqual([
    'a compute_time step: 0=0',
    'a wait_time ranks: 0=2',
    'b compute_time step: 0=1',
    'b wait_time ranks: 0=1',
    'c compute_time step: 0=2 1=0',
    'c wait_time between: 1=7',
  ])
})

test('what break or an error leaves is no step, what follows is, and one within another is a part of it', async () => {
  const found = await recorded(`
    for (const batch of p.steps(loads(9, 1))) { passes(1); if (batch === 1) break }
    tries(() => { for (const batch of p.steps(loads(9, 1))) throw new Error('this batch') })
    tries(() => p.step(() => { throw new Error('this step') }))
    await p.step(async () => { throw new Error('this promise') }).catch(() => {})
    p.step(() => { passes(1); p.step((part) => part.waiting(() => p.waiting(() => passes(2)))) })`)
  expect(found).toEqual(['- compute_time step: 0=1 1=1', '- wait_time data: 0=1', '- wait_time ranks: 1=2'])
})

test('without a run, and with odd options, a training goes on', () => {
  const done = worker(
    `for (const odd of [undefined, null, 7, { number: 'x', context: {} }, new Proxy({}, { ownKeys() { throw 1 } })]) {
       if (p.step(() => p.waiting(() => 5, odd), odd) !== 5) process.exit(3)
       for (const one of p.steps([1], odd)) p.beginStep(odd).end()
     }
     p.waiting(() => console.log('through'))`,
    treeVariables(spool),
  )
  expect(done.code).toBe(0)
  expect(done.output).toBe('through\n')
  expect(done.errors).toBe('provloom: step was called before startRun: it is not recorded\n')
})
