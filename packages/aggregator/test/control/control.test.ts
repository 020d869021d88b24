import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConnection } from '@provloom/shared'
import { createAggregator } from '@provloom/aggregator'
import { TestHouse } from '../support/house.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

function folder(): string {
  return path.join(house.saveDir, '.provloom', 'test')
}

function modeOf(file: string): string {
  return (fs.statSync(file).mode & 0o777).toString(8)
}

test('writes its files for the owner alone', async () => {
  const aggregator = await house.started()
  expect(modeOf(folder())).toBe('700')
  for (const name of ['connection.json', 'server.json', 'runs.json'])
    expect(modeOf(path.join(folder(), name))).toBe('600')
  expect(readConnection(aggregator.connectionFile)).toEqual(aggregator.connection)
})

test('refuses to start beside a living aggregator and names it', async () => {
  await house.started()
  await expect(house.aggregator().start()).rejects.toMatchObject({
    code: 'AGGREGATOR_RUNNING',
    message: expect.stringContaining(String(process.pid)),
  })
})

test('starts where an aggregator has died', async () => {
  const first = await house.started()
  const left = { ...first.connection, pid: spawnSync('true').pid }
  await first.stop(0)
  fs.writeFileSync(first.connectionFile, JSON.stringify(left))
  const second = await house.started()
  expect(second.connection).toMatchObject({ port: left.port, pid: process.pid })
})

test('keeps port and keys from one start to the next, and leaves no connection file between them', async () => {
  const first = await house.started()
  const before = first.connection
  await first.stop(0)
  expect(fs.existsSync(first.connectionFile)).toBe(false)
  const second = await house.started()
  expect(second.connection).toEqual({ ...before, nonce: expect.not.stringMatching(before!.nonce) })
})

test('takes another port when its former one is taken', async () => {
  const first = await house.started()
  const { port } = first.connection!
  await first.stop(0)
  const other = net.createServer().listen(port, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  house.onClear(() => other.close())
  const second = await house.started()
  expect(second.connection!.port).not.toBe(port)
})

test('says what is wrong when the port is taken, and who has it', async () => {
  const other = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  house.onClear(() => other.close())
  const address = other.address() as net.AddressInfo
  await expect(house.aggregator({ port: address.port }).start()).rejects.toMatchObject({
    code: 'BIND_FAILED',
    message: expect.stringContaining(`, by process ${process.pid} (`),
  })
})

test('says what is wrong when the save directory cannot be made', async () => {
  const file = path.join(house.saveDir, 'file')
  fs.writeFileSync(file, '')
  const aggregator = house.aggregator({ provenanceSaveDir: path.join(file, 'inside') })
  await expect(aggregator.start()).rejects.toMatchObject({
    code: 'SAVE_DIR_UNWRITABLE',
    hint: expect.any(String),
  })
})

test('refuses unknown options by name, and wrong values', () => {
  expect(() => createAggregator({ saveAfterNLog: 3 } as object)).toThrow(/save-after-n-log/)
  expect(() => createAggregator({ saveAfterNLogs: 0 })).toThrow(/integer from 1/)
})

test('may be stopped before it is started, and twice', async () => {
  const aggregator = house.aggregator()
  expect(await aggregator.stop(0)).toEqual({ kind: 'drained' })
  const started = await house.started({ jobKey: 'other' })
  expect(await started.stop(100)).toEqual({ kind: 'drained' })
  expect(await started.stop(100)).toEqual({ kind: 'drained' })
})
