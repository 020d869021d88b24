import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectionFile } from '@provloom/shared'
import type { Event } from '@provloom/shared'
import { createAgent } from '../../src/process.ts'
import { markOf } from '../../src/artifact/mark.ts'
import type { defaultTiming } from '../../src/timing.ts'
import { agentFor, brisk, worker, ran } from '../support/agents.ts'
import { freshFolder } from '../support/place.ts'
import type { Received } from '../support/received.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'
import type { Script } from '../support/scripted-aggregator.ts'

const running: ScriptedAggregator[] = []
afterEach(() => {
  for (const one of running.splice(0)) one.stop()
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Of what the worker has logged: the agent keeps the command's own code beside it. */
function storedIn({ events }: Received): Extract<Event, { readonly type: 'artifact.stored' }>[] {
  return events.flatMap(({ event }) =>
    event.type === 'artifact.stored' && event.stream.startsWith('worker-') ? [event] : [],
  )
}

async function runWith(
  artifacts: readonly object[],
  script: Script = {},
  timing: Partial<typeof defaultTiming> = {},
): Promise<ScriptedAggregator> {
  const saveDir = freshFolder()
  const one = await new ScriptedAggregator(saveDir, script).start()
  running.push(one)
  const { agent } = agentFor(saveDir, worker('log-artifacts.mjs', JSON.stringify(artifacts)), { timing })
  expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
  return one
}

describe('a logged file', () => {
  test('that is to be copied lies in the run directory with size and checksum told', async () => {
    const { received, runDir } = await runWith([
      {
        name: 'notes.txt',
        path: '/gone/notes.txt',
        spooled: 'a1',
        copy: true,
        subfolder: 'docs',
        content: 'hello',
      },
    ])
    const stored = 'artifacts/rank0/docs/notes.txt'
    expect(storedIn(received)).toMatchObject([{ number: 1, size: 5, sha256: sha256('hello'), stored }])
    expect(fs.readFileSync(path.join(runDir, stored), 'utf8')).toBe('hello')
    expect(fs.readdirSync(path.join(runDir, 'artifacts/rank0/docs'))).toEqual(['notes.txt'])
  })

  test('of a name that is taken is kept beside it; the same content is kept once', async () => {
    const one = { name: 'model.pt', path: '/gone', copy: true }
    const { received } = await runWith([
      { ...one, spooled: 'a1', content: 'first' },
      { ...one, spooled: 'a2', content: 'second' },
      { ...one, spooled: 'a3', content: 'first' },
    ])
    expect(storedIn(received).map((event) => event.stored)).toEqual([
      'artifacts/rank0/model.pt',
      'artifacts/rank0/model-2.pt',
      'artifacts/rank0/model.pt',
    ])
  })

  test('whose name leads out of the run directory is hashed and not copied', async () => {
    const { received, runDir } = await runWith([
      { name: '../../out.txt', path: '/gone', spooled: 'a1', copy: true, content: 'x' },
      { name: 'x', path: '/gone', spooled: 'a2', copy: true, subfolder: '../..', content: 'x' },
    ])
    for (const event of storedIn(received)) {
      expect(event).toMatchObject({
        sha256: sha256('x'),
        problem: 'not copied: its name leads out of the run directory',
      })
      expect(event.stored).toBeUndefined()
    }
    expect(fs.readdirSync(runDir).filter((name) => !['provloom.log', 'code'].includes(name))).toEqual([
      'run.json',
    ])
  })

  test('that is not there, or of which nothing is known, is told as a problem', async () => {
    const { received } = await runWith([
      { name: 'a', path: '/nowhere/at/all', copy: true, mark: '1.2.3' },
      { name: 'b', path: '/etc/hostname', copy: true },
    ])
    expect(storedIn(received).map(({ problem }) => problem)).toEqual([
      '/nowhere/at/all is not there any more',
      'nothing of it was kept, and nothing says what it was',
    ])
  })

  test('whose event is read again after a lost envelope is stored once', async () => {
    const { received, runDir } = await runWith(
      [{ name: 'a.txt', path: '/gone', spooled: 'a1', copy: true, content: 'x' }],
      { fate: (_, nth) => (nth < 2 ? 'retry' : 'take') },
    )
    expect(storedIn(received)).toHaveLength(1)
    expect(fs.readdirSync(path.join(runDir, 'artifacts/rank0'))).toEqual(['a.txt'])
  })

  test('that waits in a kept spool is stored when the spool is imported', async () => {
    const saveDir = freshFolder()
    const artifact = { name: 'a.txt', path: '/gone', spooled: 'a1', copy: true, content: 'later' }
    const outcome = await agentFor(
      saveDir,
      worker('log-artifacts.mjs', JSON.stringify([artifact])),
    ).agent.run()
    if (outcome.kind === 'not-started' || outcome.delivery.kind !== 'kept') throw new Error(outcome.kind)
    const one = await new ScriptedAggregator(saveDir).start()
    running.push(one)
    const [session = ''] = outcome.delivery.folders
    await ran(
      createAgent(
        {
          mode: { kind: 'drain', session },
          environment: {},
          connection: connectionFile(saveDir, 'default'),
        },
        { timing: brisk },
      ),
    )
    expect(storedIn(one.received)).toMatchObject([{ sha256: sha256('later') }])
    expect(fs.existsSync(session)).toBe(false)
  })
})

/** A file that stays where it is, with what the client has seen of it. */
function fileOf(content: string): { readonly path: string; readonly mark: string; readonly size: number } {
  const file = path.join(freshFolder(), 'model.pt')
  fs.writeFileSync(file, content)
  return { path: file, mark: markOf(fs.statSync(file, { bigint: true })), size: content.length }
}

const gone = 'it has changed since it was logged, and no copy of it was kept'

describe('a logged file that was not copied in the call', () => {
  test('is hashed and copied where it is while it rests', async () => {
    const { path: file, mark, size } = fileOf('weights')
    const { received, runDir } = await runWith([
      { name: 'model.pt', path: file, mark, size, copy: true },
      { name: 'other.pt', path: file, mark, size, copy: false },
      { name: 'third.pt', path: file, sha256: sha256('weights'), size, copy: true },
    ])
    const found = { size, sha256: sha256('weights') }
    const stored = storedIn(received)
    expect(stored).toMatchObject([{ ...found, stored: 'artifacts/rank0/model.pt' }, found, found])
    expect(stored.map((one) => one.problem)).toEqual([undefined, undefined, undefined])
    expect(stored[1]?.stored).toBeUndefined()
    expect(fs.readFileSync(path.join(runDir, 'artifacts/rank0/model.pt'), 'utf8')).toBe('weights')
  })

  test.each([
    ['is overwritten in place with as many bytes', (file: string) => fs.writeFileSync(file, 'WEIGHTS')],
    ['grows', (file: string) => fs.appendFileSync(file, '!')],
    ['is replaced by another of the same content', replaced],
    ['is overwritten and given its old time', (file: string) => overwrittenInSecret(file)],
  ])('and %s is told: neither hash nor copy are of what it is now', async (_, change) => {
    const { path: file, mark, size } = fileOf('weights')
    change(file)
    const { received, runDir } = await runWith([{ name: 'model.pt', path: file, mark, size, copy: true }])
    expect(storedIn(received)).toMatchObject([{ number: 1, problem: gone }])
    const [stored] = storedIn(received)
    expect([stored?.size, stored?.sha256, stored?.stored]).toEqual([undefined, undefined, undefined])
    expect(fs.readdirSync(path.join(runDir, 'artifacts/rank0'))).toEqual([])
  })

  test('and was hashed is known again by its hash, whatever its times are', async () => {
    const [same, other] = [fileOf('weights'), fileOf('weights')]
    replaced(same.path)
    fs.writeFileSync(other.path, 'WEIGHTS')
    const hashed = { sha256: sha256('weights'), size: 7, copy: true }
    const { received } = await runWith([
      { name: 'same', path: same.path, ...hashed },
      { name: 'other', path: other.path, ...hashed },
    ])
    const stored = storedIn(received)
    expect(stored[0]).toMatchObject({ sha256: sha256('weights'), stored: 'artifacts/rank0/same.pt' })
    expect(stored[1]).toMatchObject({ problem: gone })
    expect(stored[1]?.sha256).toBeUndefined()
  })

  test('and is nearly all holes is read for a bounded time behind the end, and told', async () => {
    const file = path.join(freshFolder(), 'sparse')
    fs.writeFileSync(file, 'begin')
    fs.truncateSync(file, 2 ** 40)
    const more = { path: file, mark: markOf(fs.statSync(file, { bigint: true })), size: 2 ** 40 }
    const { received, runDir } = await runWith(
      [
        { ...more, name: 'copied', copy: true },
        { ...more, name: 'hashed', copy: false },
        { name: 'small', path: '/gone', spooled: 'a1', copy: true, content: 'x' },
      ],
      {},
      { holesMs: 100 },
    )
    const stored = storedIn(received)
    expect(stored.map(({ problem }) => problem?.slice(0, 35))).toEqual([
      ...Array.from({ length: 2 }, () => 'not read: it is nearly all holes, an'.slice(0, 35)),
      undefined,
    ])
    expect(fs.readdirSync(path.join(runDir, 'artifacts/rank0'))).toEqual(['small'])
  })

  test('and is a pipe by now is told, and nobody waits for who writes into it', async () => {
    const { path: file, mark, size } = fileOf('weights')
    fs.rmSync(file)
    execFileSync('mkfifo', [file])
    const { received } = await runWith([{ name: 'model.pt', path: file, mark, size, copy: true }])
    expect(storedIn(received)).toMatchObject([{ problem: `${file} is no file` }])
  })
})

function replaced(file: string): void {
  const bytes = fs.readFileSync(file)
  fs.writeFileSync(`${file}.new`, bytes)
  fs.renameSync(`${file}.new`, file)
}

function overwrittenInSecret(file: string): void {
  const { atime, mtime } = fs.statSync(file)
  fs.writeFileSync(file, 'WEIGHTS')
  fs.utimesSync(file, atime, mtime)
}

describe('a copy', () => {
  const spooled = { path: '/gone', spooled: 'a1', copy: true, content: 'x' }

  test('that waited in the spool is stored only when it is what was logged', async () => {
    const { received } = await runWith([{ ...spooled, name: 'a.txt', sha256: sha256('y'), size: 1 }])
    expect(storedIn(received)).toMatchObject([{ problem: 'its copy in the spool is not what was logged' }])
  })

  test('leaves the spool when it is stored, so that there is room for the next', async () => {
    const saveDir = freshFolder()
    const one = await new ScriptedAggregator(saveDir).start()
    running.push(one)
    const log = JSON.stringify([{ ...spooled, name: 'a.txt' }])
    const { agent, told } = agentFor(saveDir, worker('log-artifacts.mjs', log, 'until-stored'))
    expect(await agent.run()).toMatchObject({ kind: 'exited', code: 0 })
    expect(told.lines).toEqual([])
  })

  test.each([
    ['is its owner’s alone when the event says nothing', {}, 0o600],
    ['has no more bits than its original', { mode: 0o640 }, 0o640],
    ['may not be written where its original may not', { mode: 0o440 }, 0o440],
    ['has none for a group that is not the original’s', { mode: 0o660, group: 4_000_000 }, 0o600],
    ['has none for others that were of that group', { mode: 0o604, group: 4_000_000 }, 0o600],
  ])('%s', async (_, more, bits) => {
    const file = path.join(freshFolder(), 'model.pt')
    fs.chmodSync(path.dirname(file), 0o755)
    const { runDir } = await runWith([{ ...spooled, path: file, name: 'model.pt', ...more }])
    expect(bitsIn(runDir, 'model.pt').toString(8)).toBe((bits & ~(process.umask() & 0o077)).toString(8))
  })

  test('of a file that a folder keeps from others is kept from them too', async () => {
    const place = freshFolder()
    const folder = path.join(place, 'closed/inner')
    fs.mkdirSync(folder, { recursive: true })
    fs.chmodSync(path.join(place, 'closed'), 0o700)
    const { runDir } = await runWith([
      { ...spooled, path: path.join(folder, 'model.pt'), name: 'model.pt', mode: 0o644 },
    ])
    expect(bitsIn(runDir, 'model.pt').toString(8)).toBe('600')
  })

  test('of a folder is a folder that no more people may look into', async () => {
    const place = freshFolder()
    fs.mkdirSync(path.join(place, 'out/private'), { recursive: true })
    fs.chmodSync(place, 0o755)
    fs.chmodSync(path.join(place, 'out'), 0o755)
    fs.chmodSync(path.join(place, 'out/private'), 0o700)
    const { runDir } = await runWith([
      {
        ...spooled,
        path: path.join(place, 'out/a'),
        name: 'best/a',
        depth: 1,
        mode: 0o644,
        subfolder: 'sub',
      },
      {
        ...spooled,
        spooled: 'a2',
        path: path.join(place, 'out/private/b'),
        name: 'best/private/b',
        depth: 2,
        mode: 0o644,
        subfolder: 'sub',
      },
    ])
    const bits = (...names: string[]): string[] => names.map((name) => bitsIn(runDir, name).toString(8))
    const [file, folder] = [0o644, 0o755].map((wanted) => (wanted & ~process.umask()).toString(8))
    expect(bits('sub/best', 'sub/best/a', 'sub/best/private', 'sub/best/private/b')).toEqual([
      folder,
      file,
      '700',
      '600',
    ])
  })

  test('has holes where its original has blocks of zeros', async () => {
    const file = path.join(freshFolder(), 'sparse')
    fs.writeFileSync(file, 'begin')
    fs.truncateSync(file, 8 * 1024 * 1024)
    const mark = markOf(fs.statSync(file, { bigint: true }))
    const { runDir, received } = await runWith([{ name: 'sparse', path: file, mark, copy: true }])
    const copy = path.join(runDir, 'artifacts/rank0/sparse')
    expect(fs.readFileSync(copy).equals(fs.readFileSync(file))).toBe(true)
    expect(storedIn(received)).toMatchObject([{ size: 8 * 1024 * 1024 }])
    expect(fs.statSync(copy).blocks * 512).toBeLessThan(4 * 1024 * 1024)
  })

  test('whose name is a folder’s, or under a file’s, is kept beside it', async () => {
    const { received } = await runWith([
      { ...spooled, spooled: 'a1', name: 'a/b', content: '1' },
      { ...spooled, spooled: 'a2', name: 'a', content: '2' },
      { ...spooled, spooled: 'a3', name: 'a/b/c', content: '3' },
    ])
    expect(storedIn(received).map(({ stored }) => stored)).toEqual([
      'artifacts/rank0/a/b',
      'artifacts/rank0/a-2',
      'artifacts/rank0/a/b-2/c',
    ])
  })

  test('of a name that is too long for the disk is kept under a shorter one, two of them under two', async () => {
    const [first, second] = ['1', '2'].map((end) => `${'ä'.repeat(200)}${end}.safetensors`)
    const { received, runDir } = await runWith([
      { ...spooled, spooled: 'a1', name: first, content: '1' },
      { ...spooled, spooled: 'a2', name: second, content: '2' },
      { ...spooled, spooled: 'a3', name: `${'d'.repeat(300)}/f`, content: '3' },
    ])
    const stored = storedIn(received).map((one) => one.stored!)
    expect(stored.map((one) => fs.readFileSync(path.join(runDir, one), 'utf8'))).toEqual(['1', '2', '3'])
    expect(stored[0]).toMatch(/\/ä+~[0-9a-f]{8}\.safetensors$/)
    expect(stored[2]).toMatch(/\/d+~[0-9a-f]{8}\/f$/)
  })
})

function bitsIn(runDir: string, name: string): number {
  return fs.statSync(path.join(runDir, 'artifacts/rank0', name)).mode & 0o777
}
