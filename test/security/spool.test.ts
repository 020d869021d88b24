import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { encodeEvent, pointBytes, writePoint } from '@provloom/shared'
import type { Event } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import { enduring } from '../support/effort.ts'
import { folder, provloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { UnsyncedLog } from '../support/unsynced-log.ts'
import { report } from './support/aggregator.ts'

vi.setConfig({ testTimeout: 180_000 })

const time = 1_700_000_000_000_000
const sessionStart: Event = {
  type: 'session.start',
  session: '0123456789abcdef',
  time,
  pid: 1,
  library: 'hand',
  libraryVersion: '1',
  language: 'none',
  experimentName: 'x',
}

/** A spool as anybody could write it who has read its format. */
class HandMadeSpool {
  readonly tree: string = path.join(folder(), 'tree')
  readonly root: string = path.join(this.tree, 'sessions/0123456789abcdef')
  readonly stream: string = path.join(this.root, 'streams/worker-4194303-00000000')
  readonly files: string = path.join(this.root, 'files')
  readonly #log: UnsyncedLog

  constructor() {
    for (const made of [this.stream, this.files]) fs.mkdirSync(made, { recursive: true })
    const facts = {
      format: 2,
      session: '0123456789abcdef',
      seq: 0,
      // Of nobody.
      pid: 4_194_303,
      start: 1,
      pidNamespace: 0,
      openedUs: time,
      host: os.hostname(),
      hostId: hostId(),
      uid: 0,
      argv: ['hand'],
      environment: { RANK: '0' },
      experimentName: 'x',
    }
    fs.writeFileSync(path.join(this.root, 'session.json'), JSON.stringify(facts))
    const founder = {
      createdUs: time,
      key: 'local-hand',
      launcherMark: '',
      host: os.hostname(),
      hostId: hostId(),
    }
    const spool = {
      format: 2,
      ...founder,
      uid: 0,
      pid: 4_194_303,
      start: 1,
      pidNamespace: 0,
      by: 'client',
      version: '1',
    }
    fs.writeFileSync(path.join(this.tree, 'spool.json'), JSON.stringify(spool))
    this.#log = new UnsyncedLog(this.stream)
    this.event(sessionStart)
  }

  event(event: Event | object): void {
    this.bytes(encodeEvent(event as Event))
  }

  bytes(payload: Uint8Array): void {
    this.#log.append(payload)
  }

  point(series: number, step: bigint, timeUs: bigint, value: number): void {
    const point = Buffer.alloc(pointBytes)
    writePoint(point, series, step, timeUs, value)
    this.bytes(point)
  }

  /** Bytes that are no frame, behind the last one. */
  raw(bytes: Uint8Array): void {
    const last = fs.readdirSync(this.stream).sort().at(-1)!
    fs.appendFileSync(path.join(this.stream, last), bytes)
  }

  async import(): Promise<{
    runDir: string
    graph: Graph
    stderr: string
    code: number | null
    seconds: number
  }> {
    const saveDir = folder()
    const began = performance.now()
    const result = await provloom(['import', '--provenance-save-dir', saveDir, this.root])
    const seconds = Math.round((performance.now() - began) / 100) / 10
    if (result.code !== 0) throw new Error(result.stderr)
    const runDir = onlyRun(saveDir)
    return { runDir, graph: new Graph(runDir), stderr: result.stderr, code: result.code, seconds }
  }
}

it('reads whatever stands in a spool, keeps out what is no event, and counts it', async () => {
  const spool = new HandMadeSpool()
  const good = { type: 'param', time, key: 'kept', valueType: 'str', value: 'yes' }
  spool.event(good)
  const bombs = [
    Buffer.alloc(900_000, '['),
    Buffer.from(`${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`),
    Buffer.from([0x7b, 0xff, 0xfe, 0x80, 0x7d]),
    Buffer.from('{"type":"param","time":1e999,"key":"a","valueType":"str","value":""}'),
    Buffer.from('{"type":"__proto__","time":1}'),
    Buffer.from('{"type":"constructor","time":1}'),
    Buffer.from('[]'),
    Buffer.from('nul'),
    Buffer.alloc(1, 0x00),
  ]
  for (const bomb of bombs) spool.bytes(bomb)
  spool.bytes(
    Buffer.from(
      '{"__proto__":{"polluted":1},"type":"param","time":5,"key":"__proto__","valueType":"json","value":"{\\"__proto__\\":{\\"polluted\\":1}}","constructor":{"prototype":1}}',
    ),
  )
  spool.event({ ...good, key: 'invalid \ud800 half', value: '\u0000\u001b[2J\uffff' })
  // A frame that says it has four gigabytes, with another kept record behind it.
  const { root, stream } = spool
  const lie = Buffer.alloc(40, 0x55)
  lie.writeUInt32LE(0xffff_ffff, 4)
  spool.raw(lie)
  const { graph, runDir, code, stderr } = await spool.import()
  expect(code, stderr).toBe(0)
  expect(graph.violations()).toEqual([])
  const text = JSON.stringify(graph.document)
  for (const key of ['kept', '__proto__', 'invalid']) expect(text).toContain(key)
  const run = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as Run
  expect(run.ledger.total.sent).toBe(run.ledger.total.stored + run.ledger.total.dropped)
  expect(run.ledger.total.dropped).toBe(bombs.length)
  expect([fs.existsSync(root), fs.existsSync(stream)]).toEqual([false, false])
})

interface Run {
  readonly ledger: {
    readonly total: { readonly sent: number; readonly stored: number; readonly dropped: number }
  }
}

it('takes times, steps and values at the ends of their ranges', async () => {
  const spool = new HandMadeSpool()
  spool.event({ type: 'series', time, id: 0, key: 'loss' })
  const ends = [2n ** 63n - 1n, -(2n ** 63n), 0n, 2n ** 53n]
  for (const end of ends) spool.point(0, end, end, Number.NaN)
  for (const value of [Infinity, -Infinity, -0, 5e-324, 1.7e308]) spool.point(0, 0n, BigInt(time), value)
  spool.event({ type: 'param', time: Number.MAX_SAFE_INTEGER, key: 'late', valueType: 'int', value: '1' })
  spool.event({ type: 'param', time: 0, key: 'early', valueType: 'int', value: '1' })
  const { graph, code, stderr } = await spool.import()
  expect(code, stderr).toBe(0)
  expect(graph.violations()).toEqual([])
})

it('holds a bounded number of series, and says what became of the others', async ({ skip }) => {
  skip(!enduring, 'npm run endure -- limits')
  const spool = new HandMadeSpool()
  const count = 100_000
  for (let id = 0; id < count; id++) spool.event({ type: 'series', time, id, key: `m${id}` })
  for (let id = 0; id < count; id += 10) spool.point(id, 0n, BigInt(time), id)
  const { graph, runDir, code, stderr, seconds } = await spool.import()
  report('series', { count, seconds, bytes: fs.statSync(path.join(runDir, 'prov.json')).size })
  expect(code, stderr).toBe(0)
  expect(graph.ofType('ModelEvaluation').length).toBeLessThanOrEqual(2 * 16_384)
  expect(graph.violations()).toEqual([])
})

it('files leave neither spool nor run directory by the names they are given', async () => {
  const spool = new HandMadeSpool()
  const outside = folder()
  fs.writeFileSync(path.join(outside, 'private'), 'of somebody else')
  fs.symlinkSync(path.join(outside, 'private'), path.join(spool.files, 'link'))
  fs.writeFileSync(path.join(spool.files, 'file'), 'content')
  const artifact = {
    type: 'artifact',
    time,
    kind: 'artifact',
    role: 'output',
    path: '/nowhere',
    copy: true,
    step: 0,
  }
  const up = path.relative(spool.files, path.join(outside, 'private'))
  const hostile = [
    { name: 'n1', spooled: up },
    { name: 'n2', spooled: path.join(outside, 'private') },
    { name: 'n3', spooled: 'link' },
    { name: '../../../n4', spooled: 'file' },
    { name: 'n5', spooled: 'file', subfolder: '../../..' },
    { name: 'n6', spooled: 'file', subfolder: 'a/../../..' },
    { name: '..', spooled: 'file' },
    { name: 'n7\u0000', spooled: 'file' },
    { name: '/n8', spooled: 'file', subfolder: '/tmp' },
    { name: '.', spooled: '.' },
    { name: 'n9', spooled: '..' },
  ]
  for (const one of hostile) spool.event({ ...artifact, ...one })
  const { runDir, graph, code, stderr } = await spool.import()
  expect(code, stderr).toBe(0)
  const kept = fs.readdirSync(path.join(runDir, 'artifacts'), { recursive: true, encoding: 'utf8' }).sort()
  expect(kept).toEqual(['rank0', 'rank0/tmp', 'rank0/tmp/n8'])
  expect(fs.readdirSync(outside)).toEqual(['private'])
  expect(fs.readdirSync(path.dirname(runDir)).filter((name) => !name.startsWith('.'))).toEqual(['x_0'])
  expect(JSON.stringify(graph.document)).toMatch(/is a link/)
})

const worker = `
import json, os, provloom, time
session = provloom.start_run("www.example.org", "x")
control = os.path.join(session.spool, "control.json")
while not os.path.exists(control) or not json.load(open(control)).get("runDir"):
    time.sleep(0.02)
run = json.load(open(control))["runDir"]
outside = os.environ["OUTSIDE"]
os.makedirs(run + "/artifacts/rank0/inner/artifacts")
os.symlink(outside, run + "/artifacts/rank0/linked")
os.symlink(outside, run + "/artifacts/rank0/inner/artifacts/linked")
open("a.txt", "w").write("a")
for place in ("linked", "linked/deeper", "inner/artifacts/linked", "fine"):
    provloom.log_artifact("a.txt", "a.txt", log_copy_subdirectory=place)
for place in ("../..", "/../..", "a/../../.."):
    provloom.log_artifact("../../b.txt", "a.txt", log_copy_subdirectory=place)
provloom.end_run()
`

it('copies are not written through links that somebody put into the run directory', async () => {
  const [saveDir, outside, work] = [folder(), folder(), folder()]
  fs.writeFileSync(path.join(work, 'train.py'), worker)
  const args = ['run', '-n', '1', '--provenance-save-dir', saveDir, '--', 'python3', 'train.py']
  const result = await provloom(args, { cwd: work, env: { OUTSIDE: outside } })
  expect(result.code, result.stderr).toBe(0)
  expect(fs.readdirSync(outside)).toEqual([])
  const runDir = onlyRun(saveDir)
  expect(fs.readFileSync(path.join(runDir, 'artifacts/rank0/fine/a.txt'), 'utf8')).toBe('a')
  expect(new Graph(runDir).violations()).toEqual([])
})
