import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse } from '../support/house.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

test('numbers run directories of an experiment above all there are', async () => {
  fs.mkdirSync(path.join(house.saveDir, 'exp_7'))
  fs.mkdirSync(path.join(house.saveDir, 'exp_other_9'))
  const { connection } = await house.started()
  for (const [jobKey, name] of [
    ['one', 'exp_8'],
    ['two', 'exp_9'],
  ] as const)
    expect((await house.peer(connection, { jobKey }).welcome()).runDir).toBe(path.join(house.saveDir, name))
})

test('makes the save directory, and begins to number in it', async () => {
  const provenanceSaveDir = path.join(house.saveDir, 'deep/er')
  const { connection } = await house.started({ provenanceSaveDir })
  expect((await house.peer(connection).welcome()).runDir).toBe(path.join(provenanceSaveDir, 'exp_0'))
})

test.each([
  ['résumé of a run', 'r-sum-of-a-run'],
  ['../../etc', 'etc'],
  ['..', 'run'],
  ['a/b', 'a-b'],
  ['.hidden', 'hidden'],
  ['ok_1.2-x', 'ok_1.2-x'],
])('makes a folder name of %s', async (experimentName, safe) => {
  const { connection } = await house.started({ experimentName })
  const { runDir } = await house.peer(connection).welcome()
  expect(runDir).toBe(path.join(house.saveDir, `${safe}_0`))
})
