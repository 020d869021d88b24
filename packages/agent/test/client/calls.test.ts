import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Event, EventType } from '@provloom/shared'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { hasGit } from '../../../../test/support/needs.ts'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readOnlyStream, readSpoolStreams, sessionsOf, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
let spool: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

/** Runs a worker whose code is `body`, with the client as `p`. */
function worker(
  body: string,
  env: NodeJS.ProcessEnv = {},
): { code: number | null; errors: string; output: string } {
  const program = `import * as p from ${JSON.stringify(built)}\n${body}`
  // Of code that lies in no file no script is recorded.
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: process.env['PATH'], ...treeVariables(spool), ...env },
    encoding: 'utf8',
  })
  return { code: done.status, errors: done.stderr, output: done.stdout }
}

function only<Type extends EventType>(
  events: readonly Event[],
  type: Type,
): Extract<Event, { type: Type }>[] {
  return events.filter((event): event is Extract<Event, { type: Type }> => event.type === type)
}

test('a run is begun with its options and ended with what is to be drawn', async () => {
  const done = worker(`
    const run = p.startRun({ provUserNamespace: 'www.example.org', experimentName: 'digits', collectAllProcesses: true, rank: 3 })
    console.log(run.active, run.spool)
    console.log(await run.end({ createSvg: true }))
    console.log(run.active)`)
  const [session] = sessionsOf(spool)
  expect(done).toEqual({ code: 0, errors: '', output: `true ${session}\nfalse\nfalse\n` })
  const { events, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  expect(events).toMatchObject([
    {
      type: 'session.start',
      experimentName: 'digits',
      rank: 3,
      collectAllProcesses: true,
      language: 'javascript',
    },
    { type: 'session.end', status: 'completed', by: 'call', createGraph: true, createSvg: true },
  ])
})

test('points are kept bit-exact, in their contexts, and each series is declared once', async () => {
  worker(`
    p.startRun()
    p.inContext(p.Context.TRAINING, () => { for (let i = 0; i < 3; i++) p.logMetric('loss', 1 / (i + 3), { step: i }) })
    for (const v of [NaN, Infinity, -0, 5e-324, 3n]) p.logMetric('edge', v, { context: 'mine', source: 's', timestamp: 1700000000.25 })
    p.logMetrics({ a: 1, b: 2 }, { step: -(2n ** 63n) })`)
  const { events, points, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  expect(only(events, 'series').map((one) => [one.id, one.key, one.context])).toEqual([
    [0, 'loss', 'training'],
    [1, 'edge', 'mine'],
    [2, 'a', undefined],
    [3, 'b', undefined],
  ])
  expect(points.map((one) => one.value)).toEqual([1 / 3, 1 / 4, 1 / 5, NaN, Infinity, -0, 5e-324, 3, 1, 2])
  expect(points[3]).toMatchObject({ time: 1_700_000_000_250_000n, source: 's' })
  expect(points.at(-1)?.step).toBe(-(2n ** 63n))
  expect(only(events, 'context').map((one) => [one.name, one.edge])).toEqual([
    ['training', 'start'],
    ['training', 'end'],
  ])
})

test('parameters keep their types', async () => {
  worker(`
    p.startRun()
    p.logParams({ i: 3, f: 0.1, z: -0, n: NaN, big: 2n ** 70n, b: true, s: 'text', x: null, u: undefined,
                  j: { a: [1, Infinity] }, d: new Date(0) })
    p.logInput(5); p.logOutput('out', { name: 'answer' })`)
  const { events } = await readOnlyStream(spool)
  expect(only(events, 'param').map((one) => [one.valueType, one.value, one.direction])).toEqual([
    ['int', '3', undefined],
    ['float', '0.1', undefined],
    ['float', '-0', undefined],
    ['float', 'NaN', undefined],
    ['int', String(2n ** 70n), undefined],
    ['bool', 'true', undefined],
    ['str', 'text', undefined],
    ['null', '', undefined],
    ['null', '', undefined],
    ['json', '{"a":[1,"INF"]}', undefined],
    ['time', '1970-01-01T00:00:00.000Z', undefined],
    ['int', '5', 'input'],
    ['str', 'out', 'output'],
  ])
})

test('files are kept as they were at the call, folders file by file', async () => {
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-files-')), 'work')
  fs.mkdirSync(path.join(folder, 'sub'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'a.txt'), 'one')
  fs.writeFileSync(path.join(folder, 'sub', 'b.txt'), 'two')
  const { errors } = worker(
    `import fs from 'node:fs'
import os from 'node:os'
    p.startRun()
    p.logArtifact('work', process.env.F)
    fs.writeFileSync(process.env.F + '/a.txt', 'changed')
    p.saveModelVersion('net', process.env.F + '/sub/b.txt', { step: 4 })
    p.logModel('net', { className: 'Net', parameters: 7, layers: [{ type: 'Dense' }], file: process.env.F + '/sub/b.txt' })
    p.logDataset('train', process.env.F + '/a.txt', { split: 'train', samples: 9 })
    p.logDataset('list', [1, 2, 3])
    p.logArtifact('missing', process.env.F + '/none')`,
    { F: folder },
  )
  const { events, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  const artifacts = only(events, 'artifact')
  expect(artifacts.map((one) => [one.name, one.kind, one.subfolder, one.version])).toEqual([
    ['work/a.txt', 'artifact', undefined, undefined],
    ['work/sub/b.txt', 'artifact', undefined, undefined],
    ['work', 'artifact', undefined, undefined],
    ['net_0.txt', 'checkpoint', undefined, 0],
    ['net.txt', 'model', undefined, undefined],
  ])
  expect(fs.readFileSync(path.join(sessionsOf(spool)[0]!, 'files', artifacts[0]!.spooled!), 'utf8')).toBe(
    'one',
  )
  expect(only(events, 'dataset')).toMatchObject([
    { label: 'train', samples: 9, size: 7, direction: 'input' },
    { label: 'list', samples: 3 },
  ])
  expect(only(events, 'problem')).toMatchObject([{ code: 'MISSING_FILE' }])
  expect(errors.match(/no file or folder/g)).toHaveLength(1)
  fs.rmSync(path.dirname(folder), { recursive: true })
})

test('nothing a caller gives makes a call throw', async () => {
  const { code, errors } = worker(`
    p.logMetric('early', 1)
    p.startRun({ rank: 'x', experimentName: 7, provenanceSaveDir: 5, runId: 'zz' })
    p.startRun()
    p.logMetric('m', 'text'); p.logMetric('', 1); p.logMetric('s', 1, { step: NaN, timestamp: new Date(NaN) })
    p.logParam(null, 1); p.logParams(null); p.logArtifact(undefined); p.logMetrics(undefined)
    const circular = {}; circular.self = circular; p.logParam('c', circular)
    p.registerFinalMetric('loss', Infinity, p.FoldOperation.MIN)
    p.logSystemMetrics(); p.logCarbonMetrics(); p.logFlopsPerEpoch('f'); p.logFlopsPerBatch('f')
    p.logExecutionCommand(['train', '--token', 'abc']); p.logSourceCode(); p.logExecutionStartTime(); p.logExecutionEndTime()
    p.logCurrentExecutionTime('t'); p.createContext('c', p.Context.TRAINING)
    p.endRun(); p.endRun(); p.logMetric('late', 1)`)
  expect(code, errors).toBe(0)
  const { events, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  expect(only(events, 'command')[0]?.argv).toEqual(['train', '--token', '***'])
  expect(only(events, 'final.metric')[0]).toMatchObject({ initialValue: Number.MAX_VALUE, fold: 'min' })
  expect(errors).toContain('logMetric was called before startRun')
  expect(errors).toContain(
    "startRun: runId must be the id of a run, a UUID as run.json has it, not text 'zz'",
  )
  expect(errors).toContain('logMetric was called after endRun')
})

test('what is refused counts as dropped by reason and is told once a key, and what is recorded otherwise is told', async () => {
  const { errors } = worker(`
    p.startRun()
    for (const key of ['a', 'b']) for (const value of [{}, null, 'text']) p.logMetric(key, value)
    p.logMetric('', 1); p.logParam(null, 1); p.logMetrics(5); p.logParams(new Proxy({}, {}))
    p.registerFinalMetric('m', 'x', 'max'); p.registerFinalMetric('m', 0, 'median')
    for (const _ of [1, 2]) {
      p.logMetric('rounded', 2n ** 53n + 1n); p.logMetric('text', '0.5'); p.logMetric('one', new Float32Array([0.5]))
      p.logMetric('step', 1, { step: 1.5 }); p.logMetric('step', 1, { step: 2n ** 63n }); p.logMetric('time', 1, { timestamp: 'today' })
    }
    p.logParams(new Map([[1, 'int'], ['1', 'text'], ['u', undefined]]))
    p.logParams({ get trap() { throw new Error('asked') }, b: 1 })
    p.logArtifact('here', ${JSON.stringify(built)}, { step: 2.5 })`)
  const { events, points, wrong } = await readOnlyStream(spool)
  expect(wrong).toEqual([])
  const drops = new Map(only(events, 'drops').map(({ reason, count }) => [reason, count]))
  expect(Object.fromEntries(drops)).toEqual({
    'not-a-number': 7,
    'bad-name': 2,
    'no-pairs': 2,
    'bad-fold': 1,
  })
  const problems = only(events, 'problem')
  expect(problems.filter(({ code }) => code === 'NOT_A_NUMBER').map(({ message }) => message)).toEqual([
    'logMetric: the value of a is no number: an object (Object); it is not recorded',
    'logMetric: the value of b is no number: an object (Object); it is not recorded',
    "registerFinalMetric: the initial value of m is no number: text 'x'",
  ])
  for (const code of ['ROUNDED', 'NUMBER_AS_TEXT', 'BAD_TIME'])
    expect(
      problems.filter((one) => one.code === code),
      code,
    ).toHaveLength(1)
  expect(errors.match(/is no number/g)).toHaveLength(3)
  expect(points.slice(0, 6).map(({ key, step, value }) => [key, step, value])).toEqual([
    ['rounded', 0n, 2 ** 53],
    ['text', 0n, 0.5],
    ['one', 0n, 0.5],
    ['step', 1n, 1],
    ['step', 0n, 1],
    ['time', 0n, 1],
  ])
  expect(only(events, 'param').map(({ key, value }) => [key, value])).toEqual([
    ['1 (number)', 'int'],
    ['1', 'text'],
    ['u', ''],
    ['trap', '<not read>'],
    ['b', '1'],
  ])
  expect(only(events, 'artifact')).toMatchObject([{ name: 'here', step: 2 }])
})

test('the source says why it has no commit, and the command where it ran', async ({ skip }) => {
  skip(!hasGit, 'needs git')
  const plain = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-files-')), 'plain')
  fs.mkdirSync(plain)
  execFileSync('git', ['init', '-q', plain])
  fs.writeFileSync(path.join(plain, 'train.py'), 'pass')
  const { errors } = worker(
    `import fs from 'node:fs'
    p.startRun(); p.logSourceCode(process.env.F)
    const gone = fs.mkdtempSync('/tmp/provloom-gone-'); process.chdir(gone); fs.rmdirSync(gone)
    p.logExecutionCommand(['train', '--lr', '1'])`,
    { F: plain },
  )
  const { events } = await readOnlyStream(spool)
  expect(only(events, 'source')).toMatchObject([
    { problem: `the repository ${plain} has no commit yet`, dirty: true },
  ])
  expect(only(events, 'artifact').map(({ name }) => name)).toEqual(['plain/train.py', 'plain'])
  expect(errors).toContain('logSourceCode: the repository')
  expect(only(events, 'command')[0]).not.toHaveProperty('directory')
})

test('an exception that nobody caught ends the session as failed, an exit code too', async () => {
  expect(worker(`p.startRun(); throw new RangeError('diverged')`).code).toBe(1)
  expect(worker(`p.startRun(); process.exit(3)`).code).toBe(3)
  worker(`p.startRun(); p.logParam('a', 1)`)
  const ends = (await readSpoolStreams(spool)).map((one) => one.events.at(-1))
  expect(ends).toContainEqual(
    expect.objectContaining({ status: 'failed', error: expect.stringContaining('RangeError: diverged') }),
  )
  expect(ends).toContainEqual(expect.objectContaining({ status: 'failed', error: 'exit code 3' }))
  expect(ends).toContainEqual(expect.objectContaining({ type: 'session.end', status: 'completed' }))
})

test('whose work a model is can be said, and another word is told and left out', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-files-'))
  fs.writeFileSync(path.join(folder, 'w.pt'), 'w')
  worker(
    `p.startRun()
    p.logModel('a', { contributors: 'rank', file: process.env.F + '/w.pt' })
    p.saveModelVersion('a', process.env.F + '/w.pt', { contributors: 'group' })
    p.saveModelVersion('a', process.env.F + '/w.pt', { contributors: 'nobody' })
    p.logModel('b', { contributors: null })
    await p.endRun()`,
    { F: folder },
  )
  const { events } = await readOnlyStream(spool)
  const of = events.flatMap((one) =>
    one.type === 'model' || one.type === 'artifact' ? [[one.name, one.contributors]] : [],
  )
  expect(of).toEqual([
    ['a', 'rank'],
    ['a.pt', 'rank'],
    ['a_0.pt', 'group'],
    ['a_1.pt', undefined],
    ['b', undefined],
  ])
  expect(events.filter(({ type }) => type === 'problem')).toMatchObject([
    { code: 'OPTION_LEFT_OUT', message: expect.stringContaining('contributors must be "rank" or "group"') },
  ])
})

test('a rank that is not wanted writes nothing more', async () => {
  const { output } = worker(`
    import fs from 'node:fs'
import os from 'node:os'
    const run = p.startRun()
    fs.writeFileSync(run.spool + '/control.json', '{"state":"quiet"}')
    const until = performance.now() + 1100; while (performance.now() < until);
    p.logMetric('m', 1); console.log(run.active)`)
  expect(output).toBe('false\n')
  const [stream] = await readSpoolStreams(spool)
  expect(stream?.events.map((one) => one.type)).toEqual(['session.start'])
  expect(stream?.points).toEqual([])
})

test('a rank that was refused writes on, to its end, and is told where that is kept', async () => {
  const { output, errors } = worker(
    `
    import fs from 'node:fs'
    const run = p.startRun()
    fs.writeFileSync(run.spool + '/control.json', '{"state":"refused","message":"two are this rank"}')
    const until = performance.now() + 1100; while (performance.now() < until);
    p.logMetric('m', 1); console.log(run.active); console.log(await run.end({ wait: true }), run.spool)`,
    { PROVLOOM_TREE: '', PROVLOOM_SPOOL_ROOT: spool, PROVLOOM_BIN: 'true' },
  )
  const [, kept] = /^true\nfalse (.+)\n$/.exec(output) ?? []
  expect(errors).toContain(
    `not in a graph yet: two are this rank; kept in ${kept}; hand in: provloom import ${kept}`,
  )
  const { events, points } = await readOnlyStream(kept!)
  expect(points).toHaveLength(1)
  expect(only(events, 'session.end')).toMatchObject([{ by: 'call', status: 'completed' }])
})

test('a worker thread goes on in the session, in a stream of its own', async () => {
  worker(`
    import { Worker } from 'node:worker_threads'
    p.startRun(); p.logMetric('m', 1)
    new Worker(\`import(\${JSON.stringify(${JSON.stringify(built)})}).then((p) => p.logMetric('m', 2))\`, { eval: true })`)
  const streams = await readSpoolStreams(spool)
  expect(
    streams
      .map((one) => one.points.map((point) => point.value))
      .flat()
      .sort((a, b) => a - b),
  ).toEqual([1, 2])
  expect(streams.map((one) => one.events[0]?.type)).toEqual(
    expect.arrayContaining(['helper', 'session.start']),
  )
})

test('without an agent it founds a tree, and says where the session is and how it is handed in', async () => {
  const { output, errors } = worker(
    `const run = p.startRun({ experimentName: 'e', rank: 2 }); p.logMetric('m', 1); console.log(run.spool)`,
    {
      PROVLOOM_TREE: '',
      PROVLOOM_QUIET: '1',
      PROVLOOM_SPOOL_ROOT: path.join(spool, 'root'),
      PROVLOOM_BIN: '/nonexistent/provloom',
    },
  )
  const own = output.trim()
  const tree = path.resolve(own, '..', '..')
  expect(JSON.parse(fs.readFileSync(path.join(tree, 'spool.json'), 'utf8'))).toMatchObject({
    format: 2,
    by: 'client',
  })
  expect(JSON.parse(fs.readFileSync(path.join(own, 'session.json'), 'utf8'))).toMatchObject({
    format: 2,
    rank: 2,
  })
  expect((await readOnlyStream(own)).points).toHaveLength(1)
  expect(errors).toContain(`provloom import ${own}`)
})

test('every startRun after an endRun is a session of its own', async () => {
  worker(`
    for (const lr of [1, 2, 3]) { p.startRun({ runName: 'r' + lr }); p.logParam('lr', lr); await p.endRun() }`)
  const sessions = await Promise.all(sessionsOf(spool).map((one) => readOnlyStream(one)))
  expect(sessions.map(({ events }) => only(events, 'param').map((one) => one.value))).toEqual([
    ['1'],
    ['2'],
    ['3'],
  ])
  expect(sessions.map(({ events }) => only(events, 'session.start')[0]?.runName)).toEqual(['r1', 'r2', 'r3'])
})

test('no call throws or fails inside, whatever it is given: what is not legible is told as the caller\u2019s', async () => {
  const done = worker(`
    const boom = () => { throw new Error('theirs') }
    const trap = new Proxy({}, new Proxy({}, { get: () => boom }))
    const hostile = [null, undefined, trap, { get step() { return boom() } }, { context: trap, source: trap, step: trap, timestamp: trap,
      name: trap, path: trap, layers: trap, file: trap, logCopySubdirectory: trap, isInput: trap, split: trap, samples: trap, parameters: trap, bytes: 'x', shuffle: trap, className: trap },
      'text', 7, Symbol('s'), 10n ** 400n, boom, [], () => 1, Object.create(null)]
    const calls = Object.keys(p).filter((name) => /^(log|save|register|create)/.test(name))
    for (const one of hostile) await p.startRun(one).end(one)
    p.startRun({ experimentName: 'digits' })
    p.logMetric('none', 1, null)
    p.logMetric('throws', 2, trap)
    for (const name of calls)
      for (const one of hostile)
        for (const args of [[one], ['a', one], ['a', 1, one], ['a', '/etc/hostname', one], [one, one, one]])
          try { p[name](...args) } catch (error) { console.log(name, error.message) }
    await p.endRun(null)`)
  expect([done.code, done.output], done.errors).toEqual([0, ''])
  expect(done.errors).not.toContain('could not record this')
})
