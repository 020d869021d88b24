import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { askHost, askedOf } from '../../../src/source/host/asked.ts'
import { Facts } from '../../../src/source/facts.ts'
import type { Asker } from '../../../src/source/facts.ts'
import type { Fact } from '../../../src/spool/own-stream.ts'
import { freshFolder } from '../../support/place.ts'

const never = new AbortController().signal
const variables = { PATH: process.env['PATH'] }

const askerOf = (saveDir: string | undefined): Asker => ({
  files: freshFolder(),
  saveDir: saveDir ?? '',
  script: undefined,
  wantsEnergy: true,
  tellsOfHost: saveDir !== undefined,
})

async function factsOf(saveDir: string | undefined): Promise<readonly Fact[]> {
  const told: Fact[] = []
  const folder = freshFolder()
  const subject = { argv: ['true'], directory: folder, variables }
  await new Facts().ask(subject, askerOf(saveDir), (fact) => told.push(fact) > 0)
  return told.filter(({ type }) => type === 'host' || type === 'problem')
}

test.runIf(process.platform === 'linux')(
  'this machine is told with its system and the file systems of a run',
  async () => {
    const release = fs.readFileSync('/etc/os-release', 'utf8')
    const name = /^NAME="?([^"\n]*)/m.exec(release)?.[1]
    const [fact, ...more] = await factsOf(freshFolder())
    expect(more).toEqual([])
    expect(fact).toMatchObject({
      type: 'host',
      cores: expect.any(Number),
      memoryBytes: expect.any(Number),
      distribution: name,
      kernel: expect.stringContaining('Linux '),
      workFileSystem: expect.any(String),
      workFileSystemBytes: expect.any(Number),
      saveFileSystem: expect.any(String),
    })
  },
)

test('a rank beside one that tells of the machine has no program asked', async () => {
  const [fact, ...more] = await factsOf(undefined)
  expect(more).toEqual([])
  expect(fact).toMatchObject({ type: 'host', cores: expect.any(Number), kernel: expect.any(String) })
  expect(fact).not.toHaveProperty('distribution')
  expect(fact).not.toHaveProperty('workFileSystem')
})

test('sessions of a tree share one asking', async () => {
  const facts = new Facts()
  const folder = freshFolder()
  const log = path.join(folder, 'asked')
  // One of the programs that are asked.
  fs.writeFileSync(path.join(folder, 'cat'), `#!/bin/sh\necho asked >>${log}\nexec /bin/cat "$@"\n`, {
    mode: 0o700,
  })
  const subject = {
    argv: ['true'],
    directory: folder,
    variables: { PATH: `${folder}:${process.env['PATH']}` },
  }
  const ask = (saveDir: string): Promise<void> => facts.ask(subject, askerOf(saveDir), () => true)
  await ask(folder)
  const once = fs.readFileSync(log, 'utf8')
  await Promise.all([ask(folder), ask(freshFolder())])
  expect(once).toContain('asked')
  expect(fs.readFileSync(log, 'utf8')).toBe(once)
})

test('what was said before the time was over is told; what hangs is ended with all that it started', async () => {
  const folder = freshFolder()
  const file = path.join(folder, 'slow.js')
  const pid = path.join(folder, 'pid')
  fs.writeFileSync(
    file,
    `console.log('{"host":{"distribution":"Debian"}}')
require('child_process').execSync('echo $$ >${pid}.new; mv ${pid}.new ${pid}; exec sleep 600')`,
  )
  const asking = new AbortController()
  const asked = askHost(variables, asking.signal, 600_000, file)
  const watched = fs.watch(folder, () => {
    if (fs.existsSync(pid)) asking.abort()
  })
  if (fs.existsSync(pid)) asking.abort()
  expect(await asked).toMatchObject({ facts: { distribution: 'Debian' }, whole: false })
  watched.close()
  const sleeper = Number(fs.readFileSync(pid, 'utf8'))
  await expect
    .poll(
      () =>
        fs.existsSync(`/proc/${sleeper}/stat`) &&
        !/\) Z /.test(fs.readFileSync(`/proc/${sleeper}/stat`, 'utf8')),
    )
    .toBe(false)
})

test('a program that is not there costs nothing but its facts', async () => {
  expect(await askHost(variables, never, 60_000, path.join(freshFolder(), 'gone.js'))).toEqual({
    facts: {},
    gpus: [],
    mounts: [],
    whole: false,
  })
})

test('a line that was cut, and what no event may hold, are not taken', () => {
  const said =
    '{"host":{"release":"12","serial":"S"}}\n{"gpus":[{"name":"A"}]}\n{"over":true}\n{"host":{"release":"1'
  expect(askedOf(said)).toEqual({ facts: { release: '12' }, gpus: [{ name: 'A' }], mounts: [], whole: true })
  expect(askedOf('{"host":{"release":12}}\n')).toMatchObject({ facts: {}, whole: false })
})
