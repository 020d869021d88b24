import { expect, it } from 'vitest'
import { limits } from '@provloom/shared'
import { RunScript, startUs } from './support/run.ts'

it('a rank says in its row how far it has come, on what, and with which error it ended (rankTextMax)', () => {
  const run = new RunScript().open().admit(3)
  const long = 'x'.repeat(limits.rankTextMax)
  const devices = `cuda:${long}`
  run.log(3, [{ type: 'rank.start', pid: 1, host: 'node0', argv: [], localRank: 1, devices }])
  const [row] = run.graph.summary().ranks
  expect(row).toMatchObject({ localRank: 1, device: devices.slice(0, limits.rankTextMax) })
  expect(row).not.toHaveProperty('lastStep')
  expect(row).not.toHaveProperty('error')
  const series = { type: 'series', id: 0, key: 'loss' } as const
  const points = [
    { series: 0, step: 7, value: 1 },
    { series: 0, step: 5, value: 2 },
  ]
  run.log(3, [series], points)
  run.log(3, [
    { type: 'rank.end', status: 'failed', error: `Traceback:\n  File "a.py"\nValueError: ${long}` },
  ])
  const { lastStep, lastUs, error } = run.graph.summary().ranks[0]!
  expect([lastStep, error]).toEqual([7, `ValueError: ${long}`.slice(0, limits.rankTextMax)])
  expect(lastUs).toBeGreaterThan(startUs)
})
