import { execFileSync, spawnSync } from 'node:child_process'
import path from 'node:path'
import { knownVariables, limits, nearVariable, removeFolder } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSpoolFolder, readOnlyStream, treeVariables } from './spool.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..')
const client = path.join(root, 'clients', 'python')
let spool: string

beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

test('every record that the Python client writes is one that the agent reads', async () => {
  execFileSync('python3', [path.join(root, 'packages/agent/test/fixtures/every-call.py')], {
    env: { ...process.env, PYTHONPATH: client, ...treeVariables(spool) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const { events, points, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  expect(events[0]).toMatchObject({
    type: 'session.start',
    language: 'python',
    experimentName: 'digits \u2192 \u6e2c',
    collectAllProcesses: true,
    saveAfterNLogs: 50,
    rank: 2,
  })
  expect(events.at(-1)).toMatchObject({ type: 'session.end', status: 'completed', createGraph: true })
  const types = new Set(events.map((event) => event.type))
  expect([...types].sort()).toEqual(
    [
      'artifact',
      'command',
      'context',
      'dataset',
      'drops',
      'final.metric',
      'model',
      'param',
      'problem',
      'series',
      'session.end',
      'session.start',
      'source',
    ].sort(),
  )
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'param', key: 'big', valueType: 'int', value: String(2n ** 70n) }),
  )
  expect(points.filter((one) => one.key === 'loss')).toMatchObject([
    { context: 'epoch \u2192 1', step: 0n, value: 1 / 3 },
    { context: 'epoch \u2192 1', step: 1n, value: 1 / 4 },
    { context: 'epoch \u2192 1', step: 2n, value: 1 / 5 },
  ])
  const edge = points.filter((one) => one.key === 'edge')
  expect(edge.map((one) => one.value)).toEqual([NaN, Infinity, -Infinity, -0, 5e-324])
  expect(edge[0]).toMatchObject({ step: -(2n ** 63n), source: 'eval', time: 1_700_000_000_250_000n })
  expect(points.find((one) => one.key === 'b')).toMatchObject({ value: 2 ** 53, step: 2n ** 63n - 1n })
})

test('the Python client knows the same variables, and finds the same near ones', () => {
  const given = [...knownVariables].flatMap((one) => [one.slice(0, -3), one.replace(/_.*?_/, '_'), `${one}S`])
  const program =
    'import json, sys; from provloom._variables import *; print(json.dumps([sorted(KNOWN), [near(one) for one in json.load(sys.stdin)]]))'
  const said = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(given),
    env: { ...process.env, PYTHONPATH: client },
    encoding: 'utf8',
  })
  expect(JSON.parse(said.stdout), said.stderr).toEqual([
    [...knownVariables].sort(),
    given.map((one) => nearVariable(one) ?? null),
  ])
})

/** What only this client needs: how often it looks, and what Python alone is asked for. */
const ownOfPython = [
  'MIB',
  'LOOK_EVERY_US',
  'HELPER_LOOK_EVERY_US',
  'TRUSTED_US',
  'RETRY_AFTER_US',
  'MODEL_PARTS_MAX',
  'FOREIGN_SECONDS',
  'TERMINATED_MS',
]

test('every bound of the Python client is one of limits.ts, with its value, or its own', () => {
  const print =
    'import json, provloom._limits as l; print(json.dumps({k: v for k, v in vars(l).items() if k.isupper()}))'
  const said = execFileSync('python3', ['-c', print], {
    env: { ...process.env, PYTHONPATH: client },
    encoding: 'utf8',
  })
  const bounds = JSON.parse(said) as Record<string, number>
  const known = Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      value,
    ]),
  )
  const strange = Object.keys(bounds).filter((name) => !(name in known))
  expect(strange.sort()).toEqual([...ownOfPython].sort())
  const shared = Object.keys(bounds).filter((name) => name in known)
  expect(shared.length).toBeGreaterThan(20)
  for (const name of shared) expect(bounds[name], name).toBe(known[name])
})
