import fs from 'node:fs'
import path from 'node:path'
import type { Event, EventType, StreamLedger } from '@provloom/shared'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { describeOnSmallDisk, smallDisk } from '../../../../test/support/small-disk.ts'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { readLedger } from '../../src/spool/ledger.ts'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readOnlyStream, sessionsOf, treeVariables } from './spool.ts'
import type { Recorded } from './spool.ts'
import { worker } from './worker.ts'
import type { Worked } from './worker.ts'

let tree: string

beforeAll(buildAgent)
beforeEach(() => {
  tree = makeSpoolFolder()
  onTestFinished(() => removeFolder(tree))
})

const begun = `
const run = p.startRun({ experimentName: 'digits' })
let logged = 0
const log = (count) => { for (let i = 0; i < count; i++) p.logMetric('m', logged, { step: logged++ }) }
`

function play(body: string, at: string = tree, before?: readonly string[]): Worked {
  const done = worker(begun + body, { HELD: path.join(tree, 'held'), ...treeVariables(at) }, before)
  expect(done.code, done.errors).toBe(0)
  return done
}

function only<Type extends EventType>(
  events: readonly Event[],
  type: Type,
): Extract<Event, { type: Type }>[] {
  return events.filter((event): event is Extract<Event, { type: Type }> => event.type === type)
}

function ledgerOf(at: string, { stream }: Recorded): StreamLedger | undefined {
  return readLedger(sessionFolderAt(sessionsOf(at)[0]!), stream)
}

function recordsOf(recorded: Recorded): number {
  return recorded.events.length + recorded.points.length
}

/** The same tree in a root of its own, which may be removed. */
function treeInRoot(): string {
  const at = path.join(tree, 'root', 'tree')
  fs.mkdirSync(path.join(at, 'sessions'), { recursive: true, mode: 0o700 })
  for (const one of ['spool.json', 'agent.json']) fs.copyFileSync(path.join(tree, one), path.join(at, one))
  return at
}

describe('a spool that is removed while it is written', () => {
  /** As an agent has it open. */
  const held = `
const [stream] = fs.readdirSync(run.spool + '/streams')
const segment = path.join(run.spool, 'streams', stream, '0'.repeat(20) + '.seg')
fs.linkSync(segment, process.env.HELD)
`

  test.each([
    ['the session', 'run.spool'],
    ['the tree', "path.join(run.spool, '../..')"],
    ['the stream', 'path.dirname(segment)'],
    ['the root', "path.join(run.spool, '../../..')"],
  ])('is made again, its numbers go on, and that is told: %s', async (_, expression) => {
    const at = treeInRoot()
    const { errors } = play(
      `log(500)
${held}
fs.rmSync(${expression}, { recursive: true })
log(100); later(); log(400)
p.logParam('p', 1)
await p.endRun({ wait: false })`,
      at,
    )
    expect(errors).toMatch(/^provloom: the spool \S+ was removed while it was written; it is made again\n$/)
    const [session] = sessionsOf(at)
    expect(fs.readdirSync(session!).sort()).toEqual(['files', 'ledgers', 'session.json', 'spare', 'streams'])
    expect(fs.readFileSync(path.join(at, 'spool.json'), 'utf8')).toContain('"format":2')
    expect(fs.statSync(path.dirname(at)).mode & 0o077).toBe(0)
    const [stream] = fs.readdirSync(path.join(session!, 'streams'))
    fs.copyFileSync(path.join(tree, 'held'), path.join(session!, 'streams', stream!, `${'0'.repeat(20)}.seg`))
    const recorded = await readOnlyStream(at)
    expect(recorded.wrong).toEqual([])
    expect(recorded.points.map((one) => Number(one.step))).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(only(recorded.events, 'problem').map((one) => one.code)).toEqual(['SPOOL_REMOVED'])
    expect(only(recorded.events, 'session.end')).toHaveLength(1)
    expect(ledgerOf(at, recorded)).toEqual({ next: recordsOf(recorded), drops: {} })
  })

  test('has its series declared again by their ids, for nobody may have read them', async () => {
    play(`
const file = () => path.join(run.spool, 'streams', fs.readdirSync(run.spool + '/streams')[0])
const segment = () => path.join(file(), fs.readdirSync(file())[0])
for (const key of 'ab') p.logMetric(key, 1)
fs.rmSync(run.spool, { recursive: true })
later()
for (const key of 'bc') p.logMetric(key, 2)
fs.rmSync(segment())
later()
p.logParam('p', 1)
for (const key of 'cb') p.logMetric(key, 3)
await p.endRun({ wait: false })`)
    const { events, points } = await readOnlyStream(tree)
    expect(only(events, 'series').map(({ id, key }) => [id, key])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    expect(points.map(({ key, value }) => [key, value])).toEqual([
      ['c', 3],
      ['b', 3],
    ])
  })

  test('has its ledger made again with the counts, where that alone is removed', async () => {
    play(`
p.logMetric('m', 'no number')
fs.rmSync(run.spool + '/ledgers', { recursive: true })
later(); log(1)
await p.endRun({ wait: false })`)
    const recorded = await readOnlyStream(tree)
    expect(ledgerOf(tree, recorded)).toEqual({ next: recordsOf(recorded), drops: { 'not-a-number': 1 } })
  })

  test('counts every call where it cannot be made again, and tells it', () => {
    const { errors, output } = play(
      `log(1)
const [ledger] = fs.readdirSync(run.spool + '/ledgers')
const held = fs.openSync(run.spool + '/ledgers/' + ledger, 'r')
const tree = path.join(run.spool, '../..')
fs.rmSync(tree, { recursive: true })
fs.writeFileSync(tree, '') // a file at its place
later(); log(100)
await p.endRun({ wait: false })
const bytes = Buffer.alloc(512)
fs.readSync(held, bytes, 0, 512, 0)
console.log(bytes.toString('latin1', 32, 45), Number(bytes.readBigUInt64LE(32 + 16)), Number(bytes.readBigUInt64LE(16)))
fs.rmSync(tree)`,
    )
    expect(output).toBe('spool-removed 101 3\n')
    expect(errors).toMatch(
      /streams cannot be written \(Not a directory\): logs are dropped, and counted, until it can\n/,
    )
    expect(errors).toContain('provloom: 101 logs of digits were not recorded: 101 spool-removed\n')
  })
})

describe('descriptors of ours that a script closes', () => {
  const theirs = `
const files = new Map()
const open = (flags) => {
  const file = path.join(process.env.WORK, 'theirs-' + files.size)
  fs.writeFileSync(file, 'theirs')
  const number = fs.openSync(file, flags)
  files.set(number, file)
  return number
}
const ours = () => fs.readdirSync('/proc/self/fd').map(Number).filter((one) =>
  tries(() => fs.readlinkSync('/proc/self/fd/' + one))?.includes('/sessions/'))
const untouched = () => {
  for (const [number, file] of files) {
    if (fs.readFileSync(file, 'utf8') !== 'theirs') throw new Error(file)
    if (fs.fstatSync(number).ino !== fs.statSync(file).ino) throw new Error('closed ' + file)
  }
  console.log('untouched')
}
`

  const rows: readonly { title: string; meanwhile: string; most?: readonly number[] }[] = [
    {
      title: 'and opens files in no time',
      meanwhile: `const numbers = ours()
stop(); log(1)
for (const one of numbers) fs.closeSync(one)
FLAGS.map(open)
if (tries(() => ours().some((one) => files.has(one)))) throw new Error('taken')`,
    },
    {
      title: 'and is given our number at once, in no time, for it has nearly all that it may have',
      meanwhile: `for (let k = 0; k < 50; k++) fs.openSync('/dev/null')
for (const one of ours()) fs.closeSync(one)
stop()
for (let k = 0; k < 3; k++) {
  log(1)
  for (const one of ours()) {
    fs.closeSync(one)
    while (open(FLAGS[k]) !== one);
    log(1)
  }
}`,
      most: [100],
    },
    {
      title: 'and opens files until the kernel gives it our numbers',
      meanwhile: `const closed = ours()
for (const one of closed) fs.closeSync(one)
for (let k = 0; !closed.every((one) => files.has(one)); k++) open(FLAGS[k % FLAGS.length])`,
    },
    {
      title: 'with each number that it finds, several times',
      meanwhile: `for (let k = 0; k < 5; k++) { for (const one of ours()) fs.closeSync(one); FLAGS.map(open); log(10); p.logParam('k' + k, k) }`,
    },
  ]
  test.each(rows)(
    'leave its files as they were, and no record is lost: $title',
    async ({ meanwhile, most = [0, 100] }) => {
      for (const one of most) {
        const before = one === 0 ? [] : ['sh', '-c', `ulimit -n ${one} && exec "$@"`, 'sh']
        fs.rmSync(path.join(tree, 'sessions'), { recursive: true })
        fs.mkdirSync(path.join(tree, 'sessions'))
        const { output, errors } = play(
          `${theirs}
const FLAGS = ['r+', 'r', 'a']
log(500)
${meanwhile}
log(500)
p.logMetric('m', 'no number')
later(); log(10)
untouched()
await p.endRun({ wait: false })
untouched()`,
          tree,
          before,
        )
        expect(output, errors).toBe('untouched\nuntouched\n')
        const recorded = await readOnlyStream(tree)
        expect(recorded.wrong).toEqual([])
        const steps = recorded.points.map((one) => Number(one.step))
        expect(steps).toEqual(steps.map((_step, i) => i))
        expect(steps.length).toBeGreaterThanOrEqual(1010)
        expect(only(recorded.events, 'session.end')).toHaveLength(1)
        expect(ledgerOf(tree, recorded)).toEqual({ next: recordsOf(recorded), drops: { 'not-a-number': 1 } })
        const [session] = sessionsOf(tree)
        expect(fs.readdirSync(path.join(session!, 'streams', recorded.stream))).toHaveLength(1)
      }
    },
  )

  test('are not closed again when its run has ended', () => {
    const { output, errors } = play(`${theirs}
log(1)
fs.writeFileSync(run.spool + '/control.json', '{"state":"ended"}')
for (const one of ours()) { fs.closeSync(one); while (open('r+') !== one); }
later(); log(3)
untouched()
await p.endRun({ wait: false })
untouched()`)
    expect(output, errors).toBe('untouched\nuntouched\n')
    expect(errors).toContain('3 logs of digits were not recorded: 3 ended')
  })

  test('and a file of ours that somebody cut is left, and the next segment begun', async () => {
    play(`log(500); const [stream] = fs.readdirSync(run.spool + '/streams')
const segment = path.join(run.spool, 'streams', stream, '0'.repeat(20) + '.seg')
fs.truncateSync(segment, 1000)
later(); ahead += 1; log(100)`)
    const [session] = sessionsOf(tree)
    const [stream] = fs.readdirSync(path.join(session!, 'streams'))
    const folder = path.join(session!, 'streams', stream!)
    // start, series, 500 points
    expect(fs.readdirSync(folder).sort()).toEqual(['0', '502'].map((one) => `${one.padStart(20, '0')}.seg`))
    expect(fs.statSync(path.join(folder, `${'0'.repeat(20)}.seg`)).size).toBe(1000)
  })
})

test('what is logged after its run has ended is counted and told with the reason, and in no run', async () => {
  const { errors, output } = play(`log(5)
fs.writeFileSync(run.spool + '/control.json', '{"state":"ended","message":"all its ranks have ended"}')
later(); log(3); p.logParam('p', 1)
console.log(run.active, await p.endRun({ wait: false }))`)
  expect(output).toBe('false true\n')
  expect(errors).toBe(
    'provloom: this is logged after its run has ended (all its ranks have ended): it is not recorded\n' +
      'provloom: 4 logs of digits were not recorded: 4 ended\n',
  )
  const recorded = await readOnlyStream(tree)
  expect(recorded.points).toHaveLength(5)
  expect(ledgerOf(tree, recorded)).toEqual({ next: recordsOf(recorded), drops: {} })
})

describeOnSmallDisk('a disk that is full', () => {
  const fill = `
const filler = process.env.PROVLOOM_TREE.split(' ')[2] + '/filler'
const fill = () => { for (const size of [65536, 4096]) tries(() => { for (;;) fs.appendFileSync(filler, Buffer.alloc(size)) }) }
`

  function treeOnDisk(kibibytes: number): string {
    const { root } = smallDisk(kibibytes)
    const at = path.join(root, 'tree')
    fs.renameSync(treeInRootOn(root), at)
    return at
  }

  function treeInRootOn(root: string): string {
    const at = path.join(root, '.tree')
    fs.cpSync(tree, at, { recursive: true })
    return at
  }

  test('to the end takes all params, and every point is stored or counted, which is told', async () => {
    const at = treeOnDisk(300)
    const { errors } = play(
      `for (let step = 0; step < 30_000; step++) {
  p.logMetric('m', step, { step })
  if (step % 1000 === 0) p.logParam('p' + step, step)
}
await p.endRun({ wait: false })`,
      at,
    )
    const recorded = await readOnlyStream(at)
    expect(recorded.wrong).toEqual([])
    const { events, points } = recorded
    const dropped = 30_000 - points.length
    expect(points.length).toBeGreaterThan(1000)
    expect(only(events, 'param')).toHaveLength(30)
    expect(only(events, 'session.end')).toMatchObject([{ status: 'completed' }])
    expect(only(events, 'drops').at(-1)).toMatchObject({ reason: 'disk-full', count: dropped })
    expect(ledgerOf(at, recorded)).toEqual({ next: recordsOf(recorded), drops: { 'disk-full': dropped } })
    const shown = dropped.toLocaleString('en-US')
    expect(errors).toMatch(
      /streams cannot be written \(No space left on device\): logs are dropped, and counted/,
    )
    expect(errors).toContain(`provloom: ${shown} logs of digits were not recorded: ${shown} disk-full\n`)
  })

  test('gives up the spare for what is no metric, and takes points when the spare is there again', async () => {
    const at = treeOnDisk(600)
    play(
      `${fill}fill()
const spare = run.spool + '/spare'
const thousand = (value) => { for (let step = 0; step < 1000; step++) p.logMetric('m', value, { step }) }
thousand(1)
console.log(fs.existsSync(spare))
for (let k = 0; k < 200; k++) p.logParam('p' + k, 'x'.repeat(100))
console.log(fs.existsSync(spare))
thousand(2)
fs.rmSync(filler)
later()
thousand(3)
console.log(fs.existsSync(spare))`,
      at,
    )
    const recorded = await readOnlyStream(at)
    const having = (value: number): number => recorded.points.filter((one) => one.value === value).length
    expect([having(2), having(3)]).toEqual([0, 1000])
    expect(only(recorded.events, 'param')).toHaveLength(200)
    expect(ledgerOf(at, recorded)?.drops).toEqual({ 'disk-full': 2000 - having(1) })
  })

  test('from the beginning is told once, and leaves nothing behind', () => {
    const at = treeOnDisk(200)
    const filler = path.join(at, 'filler')
    for (const left of [0, 4096, 8192, 12_288, 16_384, 20_480]) {
      fs.writeFileSync(filler, '')
      const full = worker(
        `const filler = process.env.FILLER
for (const size of [65536, 4096]) tries(() => { for (;;) fs.appendFileSync(filler, Buffer.alloc(size)) })
fs.truncateSync(filler, Math.max(0, fs.statSync(filler).size - ${left}))
${begun}log(10); p.logParam('p', 1)
console.log(await p.endRun({ wait: false }))`,
        { ...treeVariables(at), FILLER: filler },
      )
      expect([full.code, full.output], full.errors).toEqual([0, 'false\n'])
      if (!full.errors.includes('nothing is recorded')) continue
      expect(full.errors.split('\n'), full.errors).toHaveLength(2)
      expect(fs.readdirSync(path.join(at, 'sessions'))).toEqual([])
    }
  })
})
