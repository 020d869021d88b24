import fs from 'node:fs'
import { expect, test } from 'vitest'
import { EnergyScene } from '../../support/energy-scene.ts'
import { EnergyStream } from '../../support/energy-stream.ts'

function told(scene: EnergyScene): { readonly carbon: unknown[]; readonly reason?: string } {
  return JSON.parse(fs.readFileSync(scene.figuresFile, 'utf8'))
}

const kWh = 3.6e6

test("clients find a rank's share and, of who watches, the machine's energy, its power and its emissions, with units", async () => {
  const scene = new EnergyScene({ carbon: { gramsPerKWh: 500 } })
  const { machine } = scene
  const shows = (joules: number, busy: number, own: number): void => {
    machine.zone('intel-rapl:0', 'package-0', joules * 1e6)
    machine.processors(busy, 1000)
    machine.process(7, own)
  }
  shows(0, 100, 10)
  const share = scene.energy.shareOf(7, scene.figures)
  share.start(new EnergyStream())
  expect(told(scene).carbon).toEqual([['rank_energy_measured_kwh', 0, 'kW.h']])
  const { use } = scene.watch()
  await scene.pass(() => shows(3600, 110, 15))
  await scene.pass(() => shows(7200, 120, 20))
  expect(told(scene).carbon).toEqual([
    ['rank_energy_measured_kwh', 3600 / kWh, 'kW.h'],
    ['rank_power_measured_w', 180, 'W'],
    ['rank_emissions_measured_kg_co2eq', 0.0005, 'kg'],
    ['host_energy_measured_kwh', 7200 / kWh, 'kW.h'],
    ['host_power_measured_w', 360, 'W'],
    ['host_emissions_measured_kg_co2eq', 0.001, 'kg'],
  ])
  await share.stop()
  await use.end()
  expect(fs.existsSync(scene.figuresFile)).toBe(false)
})

test('where nothing is known they find why', () => {
  const scene = new EnergyScene()
  const share = scene.energy.shareOf(7, scene.figures)
  share.start(new EnergyStream())
  expect(told(scene)).toMatchObject({ carbon: [], reason: expect.stringMatching(/^no counters/) })
})

test('without a place there are no emissions', async () => {
  const scene = new EnergyScene()
  scene.machine.zone('intel-rapl:0', 'package-0', 1)
  scene.watch()
  await scene.pass(() => scene.machine.zone('intel-rapl:0', 'package-0', 1e6))
  expect(JSON.stringify(told(scene))).not.toContain('emissions')
})
