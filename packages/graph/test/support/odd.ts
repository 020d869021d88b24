import type { Attempt, Event, EventType, Lsn, Rank, StreamId } from '@provloom/shared'
import fc from 'fast-check'
import type { RunEntry } from '@provloom/rundir/entry'
import { pointsOf, runId, startUs } from './run.ts'

/**
 * Run entries as nobody sane would send them: few names that clash when made safe, times that jump back, events in any
 * order, of ranks never admitted, before and after the end.
 */
const name = fc.constantFrom(
  'loss',
  'a b',
  'a/b',
  'a-b',
  'loss.x',
  '../..',
  '中文',
  '__proto__',
  'TRAINING',
  'm_1.pt',
  'm_2.pt',
  'm',
)
const maybeName = fc.option(name, { nil: undefined })
const time = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((s) => startUs + s * 1_000_000),
  fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER),
)
const rank = fc.integer({ min: 0, max: 3 }).map((n) => n as Rank)
const attempt = fc.integer({ min: 0, max: 2 }).map((n) => n as Attempt)
const host = fc.constantFrom('node0', 'node 0', 'nodé')
const hostId = fc.constantFrom('9f86d081-0000-4000-8000-000000000001', '0a000000-1', undefined)
const contributors = fc.constantFrom('rank', 'group', undefined)
const stream = fc.constantFrom('worker-1', 'worker-2', 'agent-1').map((s) => s as StreamId)
const direction = fc.constantFrom('input', 'output', undefined)
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1e308))

type Fields<Type extends EventType> = {
  [Name in Exclude<keyof Extract<Event, { type: Type }>, 'type' | 'time'>]?: fc.Arbitrary<unknown>
}

function event<Type extends EventType>(type: Type, fields: Fields<Type>): fc.Arbitrary<Event> {
  const arbitraries = Object.entries(fields).map(([key, value]) =>
    (value as fc.Arbitrary<unknown>).map((one) => [key, one] as const),
  )
  return fc
    .tuple(time, ...arbitraries)
    .map(
      ([at, ...pairs]) =>
        Object.fromEntries([
          ['type', type],
          ['time', at],
          ...pairs.filter(([, value]) => value !== undefined),
        ]) as unknown as Event,
    )
}

const version = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })
const events = fc.oneof(
  event('session.start', {
    session: name,
    pid: fc.constant(1),
    library: name,
    libraryVersion: name,
    language: name,
  }),
  event('session.end', {
    status: fc.constantFrom('completed', 'failed', 'incomplete'),
    by: fc.constantFrom('call', 'exit', 'agent', 'next'),
  }),
  event('param', {
    key: name,
    valueType: fc.constantFrom('int', 'float', 'str', 'bool', 'null', 'json', 'time'),
    value: fc.constantFrom('1', '0.5', 'nan', '-inf', 'true', 'x\0y', '', '1e999', '999999999999999999999'),
    context: maybeName,
    direction,
  }),
  event('series', {
    id: fc.integer({ min: 0, max: 4 }),
    key: name,
    context: maybeName,
    source: maybeName,
    unit: maybeName,
    measures: fc.constantFrom('host', 'rank', undefined, undefined),
  }),
  event('context', { name, parent: maybeName, edge: fc.constantFrom('start', 'end', undefined) }),
  event('artifact', {
    name,
    kind: fc.constantFrom(
      'artifact',
      'model',
      'checkpoint',
      'dataset',
      'source',
      'input',
      'output',
      'script',
      'diff',
      'untracked',
    ),
    role: fc.constantFrom('input', 'output'),
    path: name,
    context: maybeName,
    version,
    model: maybeName,
    spooled: fc.constantFrom('m', undefined),
    mode: fc.constantFrom(0o644, undefined),
    contributors,
  }),
  event('artifact.stored', {
    stream,
    number: fc.integer({ min: 0, max: 20 }),
    stored: fc.constantFrom('artifacts/x', undefined),
    sha256: maybeName,
    partialSha256: maybeName,
    files: fc.constantFrom(3, undefined),
    hashedFiles: fc.constantFrom(2, undefined),
    problem: maybeName,
    mode: fc.constantFrom(0o640, undefined),
  }),
  event('dataset', { label: name, path: maybeName, direction, context: maybeName }),
  event('model', { name, className: maybeName, direction, context: maybeName, contributors }),
  event('group', {
    library: fc.constantFrom('mpi4py', 'torch.distributed'),
    backend: maybeName,
    worldSize: fc.integer({ min: 1, max: 9 }),
    rank: fc.nat(3),
    rendezvous: maybeName,
    edge: fc.constantFrom('start', 'end', undefined),
  }),
  event('watch', {
    edge: fc.constantFrom('start', 'end'),
    host,
    hostId: fc.constantFrom('9f86d081-0000-4000-8000-000000000001', '0a000000-1'),
    shared: fc.option(fc.nat(3), { nil: undefined }),
  }),
  event('command', { argv: fc.array(name, { maxLength: 2 }) }),
  event('source', { remote: maybeName, commit: maybeName }),
  event('environment', {
    interpreter: fc.constantFrom('CPython', 'node', undefined),
    packages: fc.dictionary(name, fc.constantFrom('1.0', '2.1.0+cu118', '')),
    variables: fc.dictionary(name, name),
  }),
  event('final.metric', {
    key: name,
    initialValue: number,
    fold: fc.constantFrom('max', 'min', 'add', 'subtract'),
    context: maybeName,
  }),
  event('drops', { reason: name, count: fc.nat(9) }),
  event('problem', { code: name, message: name }),
  event('rank.start', {
    pid: fc.constant(1),
    host,
    hostId,
    argv: fc.array(name, { maxLength: 2 }),
    launcher: maybeName,
    launcherCommand: fc.option(fc.array(name, { maxLength: 2 }), { nil: undefined }),
  }),
  event('host', {
    host,
    hostId,
    container: fc.constantFrom(true, undefined),
    notMeasured: maybeName,
    distribution: maybeName,
    cpuGHz: number,
    saveFileSystemBytes: number,
    gpus: fc.array(fc.record({ name, memoryBytes: fc.constantFrom(0, 2 ** 40) }), { maxLength: 2 }),
  }),
  event('user', { login: name }),
  event('clock', {
    host,
    hostId,
    offsetUs: fc.constantFrom(-3, 86_400_000_000, -1e12),
    uncertaintyUs: fc.nat(9),
  }),
  event('energy', {
    host,
    hostId,
    device: name,
    joules: number,
    method: name,
    kind: fc.constantFrom('measured', 'estimated', 'unknown'),
    covers: fc.constantFrom('package', 'gpu', 'rest'),
    counted: fc.constantFrom(true, undefined),
    upperJoules: fc.option(number, { nil: undefined }),
    coveredMs: fc.option(fc.nat(9), { nil: undefined }),
    mostWatts: fc.option(number, { nil: undefined }),
    uuid: fc.option(name, { nil: undefined }),
  }),
  event('devices', { library: name, devices: fc.constantFrom('0', 'GPU-aa,1', ',') }),
  event('energy.share', { measuredJoules: number, estimatedJoules: fc.option(number, { nil: undefined }) }),
  event('energy.other', {
    host,
    hostId,
    tool: fc.constantFrom('codecarbon', 'slurm'),
    version: maybeName,
    part: fc.constantFrom('processors', 'job', undefined),
    kind: fc.constantFrom('measured', 'estimated', undefined),
    method: maybeName,
    joules: fc.option(number, { nil: undefined }),
    coveredMs: fc.option(fc.nat(9), { nil: undefined }),
    reason: maybeName,
  }),
  event('carbon', { gramsPerKWh: number, source: name }),
  event('rank.end', {
    status: fc.constantFrom('completed', 'failed', 'killed'),
    exitCode: fc.option(fc.constant(1), { nil: undefined }),
    stderr: maybeName,
  }),
)

const point = fc.record({
  series: fc.integer({ min: 0, max: 6 }),
  step: fc.constantFrom(0, 1, -1, Number.MAX_SAFE_INTEGER),
  value: fc.oneof(number, fc.constantFrom(NaN, Infinity, -Infinity)),
})

const records: fc.Arbitrary<RunEntry> = fc
  .record({
    rank,
    attempt,
    stream,
    first: fc.nat(15),
    events: fc.array(events, { maxLength: 6 }),
    points: fc.array(point, { maxLength: 4 }),
    bad: fc.nat(2),
    lost: fc.nat(2),
    time,
  })
  .map(({ first, points, bad, events: told, time: at, ...rest }) => ({
    kind: 'records',
    ...rest,
    first,
    count: told.length + points.length + bad,
    events: told.map((one, i) => ({ number: first + i, event: one })),
    bad: Array.from({ length: bad }, (_, i) => ({ number: 100 + i, reason: 'no JSON' })),
    points: pointsOf(points, at > startUs + 1e9 ? 2 ** 52 : at),
  }))

const ledger = fc.dictionary(
  stream,
  fc.record({
    next: fc.nat(30),
    drops: fc.dictionary(fc.constantFrom('spool-full', 'refused', '__proto__'), fc.nat(3), { maxKeys: 2 }),
  }),
  { maxKeys: 2 },
)

export const oddEntry: fc.Arbitrary<RunEntry> = fc.oneof(
  { weight: 8, arbitrary: records },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('resumed' as const),
      time,
      aggregator: fc.constant({ version: '0', host: 'h', pid: 1 }),
      cause: name,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('uncollected' as const),
      time,
      rank,
      attempt,
      status: fc.constantFrom('failed' as const, 'completed' as const, 'killed' as const),
      exitCode: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('admitted' as const),
      time,
      rank,
      attempt,
      session: name,
      worker: name,
      host,
      hostId: fc.constantFrom('0a000000-1', '9f86d081-0000-4000-8000-000000000001'),
      worldSize: fc.integer({ min: 0, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refusal' as const), time, rank }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('conflict' as const), time, rank, attempt, host }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('lost' as const), time, rank, attempt }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ended' as const),
      time,
      rank,
      attempt,
      ledger,
      ledgerClosed: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retired' as const), rank, attempt, ledger }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('exited' as const),
      time,
      heardTime: time,
      rank,
      attempt,
      exitCode: fc.constantFrom(0, 5, 255),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('absent' as const),
      time,
      ranks: fc.array(fc.nat(9), { maxLength: 3 }),
      elsewhere: fc.array(fc.nat(9), { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('remark' as const), time, code: name, message: name }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopened' as const), time }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('closed' as const),
      time,
      cause: fc.constantFrom('ranks-ended' as const, 'stopped' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('gone' as const),
      time,
      files: fc.array(fc.constantFrom('metrics/a.parquet', 'a', 'code/t.py'), { maxLength: 2 }),
      back: fc.array(fc.constantFrom('metrics/a.parquet', 'a'), { maxLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      kind: 'parts' as const,
      parts: [{ file: 'metrics/a.parquet', rows: 1, bytes: 2, sha256: 'c' }],
      through: 3 as Lsn,
    }),
  },
)

export const oddOpening: fc.Arbitrary<RunEntry> = fc
  .record({
    time,
    jobKey: name,
    provUserNamespace: fc.constantFrom(
      'www.example.org',
      'http://x/y#',
      'urn:a:',
      'no spaces allowed',
      '',
      'http://www.w3.org/ns/prov#',
      'localhost:80',
      'javascript:alert(1)',
      'http://ü.example/',
      'http://a b/',
      '\ud800',
    ),
    experimentName: name,
    collectAllProcesses: fc.boolean(),
  })
  .map(({ time: at, jobKey, ...settings }) => ({
    kind: 'opened',
    time: at,
    runId,
    number: 0,
    ordinal: 0,
    jobKey,
    settings: { ...settings, saveAfterNLogs: 10 },
    aggregator: { version: '0', host: 'h', pid: 1 },
  }))
