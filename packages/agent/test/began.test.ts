import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { beganUs } from '../src/place/began.ts'
import { startOf } from '../src/tree/namespaces.ts'

it('knows when a process began, however much later it is asked', async () => {
  const before = Date.now()
  const child = spawn(process.execPath, [
    '-e',
    'process.stdin.resume().on("end", () => {}); console.log("up")',
  ])
  const spawned = Date.now()
  await once(child.stdout, 'data')
  const began = beganUs(startOf(child.pid!)) / 1000
  child.stdin.end()
  await once(child, 'exit')
  // Both clocks are read in hundredths of a second.
  expect(began).toBeGreaterThan(before - 30)
  expect(began).toBeLessThan(spawned + 30)
})
