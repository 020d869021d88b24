import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { LeftCounters } from '../../../src/source/energy/left.ts'
import { WatchList } from '../../../src/source/watch-list.ts'
import { ManualClock, MortalClock } from '../../support/clock.ts'
import { EnergyScene, hostId } from '../../support/energy-scene.ts'
import type { EnergyStream } from '../../support/energy-stream.ts'
import { MachineTree } from '../../support/machine.ts'
import { freshFolder } from '../../support/place.ts'

/** What this process left is what one left that is gone: its number and start are changed in the file's name. */
function dies(folder: string): void {
  const { pid } = spawnSync('true')
  for (const name of fs.readdirSync(folder)) {
    const parts = name.split('.')
    if (parts[0] !== 'left') continue
    const gone = [...parts.slice(0, 4), pid, '1'].join('.')
    fs.renameSync(path.join(folder, name), path.join(folder, gone))
  }
}

test('who takes over from an agent that was killed counts on from what that had told, however often: no joule is lost, none is twice', async () => {
  const [watching, clock, machine] = [freshFolder(), new ManualClock(), new MachineTree(freshFolder())]
  let joules = 0
  const show = (more: number): void => machine.zone('intel-rapl:0', 'package-0', (joules += more) * 1e6)
  show(50)
  const streams: EnergyStream[] = []
  for (let life = 0; life <= 10; life++) {
    const own = new MortalClock(clock)
    const agent = new EnergyScene({ machine, clock: own, watching })
    const { use, stream } = agent.watch()
    streams.push(stream)
    await agent.pass(() => show(100))
    await agent.pass(() => show(100))
    if (life === 10) await use.end()
    own.kill()
    dies(watching)
    // Nobody watches for a while.
    show(70)
    clock.advance(7_000)
  }
  const told = streams.map((stream) => stream.of('package-0'))
  expect(told.map((one) => one?.joules)).toEqual([200, ...Array.from({ length: 10 }, () => 270)])
  expect(told.map((one) => one?.coveredMs)).toEqual([20_000, ...Array.from({ length: 10 }, () => 27_000)])
  expect(fs.readdirSync(watching)).toEqual([])
})

test('what a watch that lives has, that of another run, and what is long ago is nobody else’s', () => {
  const [folder, clock] = [freshFolder(), new ManualClock()]
  const left = new LeftCounters(folder, clock, hostId)
  left.write('r', new Map([['package-0', 5n]]))
  expect(new LeftCounters(folder, clock, hostId).take('r')).toBeUndefined()
  dies(folder)
  expect(new LeftCounters(folder, clock, hostId).take('other')).toBeUndefined()
  expect(new LeftCounters(folder, clock, 'another machine').take('r')).toBeUndefined()
  clock.advance(119_000)
  expect(new LeftCounters(folder, clock, hostId).take('r')?.microjoules).toEqual(new Map([['package-0', 5n]]))
  expect(new LeftCounters(folder, clock, hostId).take('r')).toBeUndefined()
  left.write('r', new Map())
  dies(folder)
  clock.advance(120_000)
  expect(new LeftCounters(folder, clock, hostId).take('r')).toBeUndefined()
})

test('what nobody takes goes with the folder', () => {
  const [folder, clock] = [path.join(freshFolder(), 'watching'), new ManualClock()]
  fs.mkdirSync(folder)
  new LeftCounters(folder, clock, hostId).write('r', new Map())
  dies(folder)
  const list = new WatchList(folder, clock, hostId)
  const [file = ''] = fs.readdirSync(folder)
  const seconds = clock.nowUs() / 1e6
  fs.utimesSync(path.join(folder, file), seconds, seconds)
  list.tidy()
  expect(fs.existsSync(folder)).toBe(true)
  clock.advance(120_000)
  list.tidy()
  expect(fs.existsSync(folder)).toBe(false)
})
