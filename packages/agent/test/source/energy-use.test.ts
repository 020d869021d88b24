import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { RaplMeter } from '../../src/source/energy.ts'
import { EnergyUse } from '../../src/source/energy-use.ts'
import type { Fact } from '../../src/spool/own-stream.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'

/** A machine that has used so many microjoules. */
function machine(root: string, used: number): void {
  const folder = path.join(root, 'intel-rapl:0')
  fs.mkdirSync(folder, { recursive: true })
  const files = { name: 'package-0', energy_uj: used, max_energy_range_uj: 10_000_000 }
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), `${text}\n`)
}

test('energy is read every minute, with samples or without, so that no wrap of a counter is missed, and at the end once', async () => {
  const [root, clock] = [freshFolder(), new ManualClock()]
  machine(root, 9_000_000)
  const read: (number | undefined)[] = []
  const record = (fact: Fact): boolean => {
    read.push(fact.type === 'energy' ? fact.joules : undefined)
    return true
  }
  const source = new EnergyUse(clock, new RaplMeter(root), 'a-boot-id')
  source.begin({ run: 'r', record, measure: () => {} })
  machine(root, 1_000_000)
  clock.advance(60_000)
  machine(root, 9_500_000)
  clock.advance(60_000)
  machine(root, 0)
  source.end()
  source.end()
  clock.advance(60_000)
  expect(read).toEqual([2, 10.5, 11])
})
