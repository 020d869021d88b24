import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { limits, removeFolder } from '@provloom/shared'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readOnlyStream, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
let spool: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

interface Logged {
  /** `KEY STEP VALUE` of each point. */
  readonly points: readonly string[]
  /** Codes of problems. */
  readonly codes: readonly string[]
  readonly errors: string
}

async function logged(body: string): Promise<Logged> {
  const program = `import * as p from ${JSON.stringify(built)}\np.startRun()\n${body}`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: process.env['PATH'], ...treeVariables(spool) },
    encoding: 'utf8',
  })
  const { events, points, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  return {
    points: points.map(({ key, step, value }) => `${key} ${step} ${value}`),
    codes: events.flatMap((one) => (one.type === 'problem' ? [one.code] : [])),
    errors: stderr,
  }
}

test('each value of a list is a point of its own series, with one step', async () => {
  const { points, codes } = await logged(`
    p.logMetric('acc', [0.5, 1], { step: 3 })
    p.logMetric('acc', new Float32Array([0.25, 2]), { step: 4 })
    p.logMetrics({ one: [7], loss: 0.5, big: new BigInt64Array([1n, 2n]) })`)
  expect(points).toEqual([
    'acc[0] 3 0.5',
    'acc[1] 3 1',
    'acc[0] 4 0.25',
    'acc[1] 4 2',
    'one[0] 0 7',
    'loss 0 0.5',
    'big[0] 0 1',
    'big[1] 0 2',
  ])
  expect(codes).toEqual([])
})

test('another length than before is told once, and recorded', async () => {
  const { points, codes, errors } = await logged(
    `for (const n of [2, 3, 1]) p.logMetric('a', Array(n).fill(n), { step: n })`,
  )
  expect(points).toEqual(['a[0] 2 2', 'a[1] 2 2', 'a[0] 3 3', 'a[1] 3 3', 'a[2] 3 3', 'a[0] 1 1'])
  expect(codes).toEqual(['VECTOR_LENGTH'])
  expect(errors).toContain('a has 3 values at step 3, and had 2 before')
})

test('a list with something else in it is dropped whole and told with its place, and nobody’s code is run', async () => {
  const { points, codes, errors } = await logged(`
    const trap = Object.defineProperty([1, 2], 1, { get() { process.exit(9) } })
    p.logMetric('a', [1, [2], 3]); p.logMetric('b', []); p.logMetric('c', trap); p.logMetric('d', [1, , 3])
    p.logMetric('e', new Proxy([1, 2], { get() { process.exit(9) } }))
    p.logMetric('after', 1)`)
  expect(points).toEqual(['after 0 1'])
  expect(codes).toEqual(Array(5).fill('NOT_A_NUMBER'))
  expect(errors).toContain('value 1 of it is no number: an array of 1')
})

test('a longer list than there may be is dropped, and told', async () => {
  const { points, errors } = await logged(`
    p.logMetric('a', Array(${limits.vectorLengthMax}).fill(1)); p.logMetric('b', Array(${limits.vectorLengthMax + 1}).fill(1))`)
  expect(points).toHaveLength(limits.vectorLengthMax)
  expect(errors).toContain(`more than ${limits.vectorLengthMax} values`)
})
