import { expect, test } from 'vitest'
import { carbonOf } from '../../../src/source/energy/carbon.ts'

test('a zone has the latest year of the table, with whose figure it is', async () => {
  expect(await carbonOf({ zone: 'fr' })).toEqual({
    gramsPerKWh: expect.any(Number),
    source: 'Electricity Maps, yearly mean, by @tgwf/co2',
    zone: 'FR',
    year: expect.any(Number),
    method: 'https://www.electricitymaps.com/data/methodology',
    licence: 'ODbL 1.0',
  })
  const older = { yearly2023: { data: { FR: { carbonIntensity: { value: 53 } } } }, yearly2024: { data: {} } }
  expect(await carbonOf({ zone: 'FR' }, async () => older)).toMatchObject({ gramsPerKWh: 53, year: 2023 })
})

test("a person's own figure wins, and no place has none: there is no mean of the world", async () => {
  expect(await carbonOf({ zone: 'FR', gramsPerKWh: 20 })).toEqual({
    gramsPerKWh: 20,
    source: 'given (--carbon-intensity)',
    zone: 'FR',
  })
  expect(await carbonOf({})).toBeUndefined()
})

test('a zone that nobody knows, or no table, is said', async () => {
  expect(await carbonOf({ zone: 'XX' })).toMatch(/^no carbon intensity is known of zone XX/)
  expect(await carbonOf({ zone: 'FR' }, async () => undefined)).toMatch(
    /^no table of carbon intensities is installed/,
  )
})
