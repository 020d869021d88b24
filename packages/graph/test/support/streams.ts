import type { RunEntry } from '@provloom/rundir/entry'
import type { Attempt, Rank, StreamId } from '@provloom/shared'
import fc from 'fast-check'
import { pointsOf, startUs } from './run.ts'
import type { Said } from './run.ts'

const name = fc.constantFrom('lr', 'a b', 'a/b', 'm.pt', 'TRAINING')
const context = fc.constantFrom('TRAINING', 'testing', undefined)
const small = fc.integer({ min: 0, max: 2 }).map(String)

function said(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Said> {
  return fc
    .record(fields)
    .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as Said)
}

const type = fc.constant

/** What scripts log. */
const logged = fc.oneof(
  said({ type: type('param'), key: name, valueType: type('int'), value: small, context }),
  said({ type: type('dataset'), label: name, path: name, context }),
  said({
    type: type('model'),
    name,
    className: name,
    context,
    contributors: fc.constantFrom('rank', undefined),
  }),
  said({
    type: type('context'),
    name: fc.constantFrom('TRAINING', 'testing', 'epoch'),
    edge: fc.constantFrom('start', 'end'),
    parent: fc.constantFrom('TRAINING', 'epoch', undefined),
  }),
  said({ type: type('group'), library: name, rendezvous: name, worldSize: fc.integer({ min: 1, max: 4 }) }),
  said({
    type: type('artifact'),
    name,
    kind: fc.constantFrom('model', 'checkpoint', 'input', 'script', 'diff'),
    role: fc.constantFrom('input', 'output'),
    path: name,
    context,
    version: fc.constantFrom(0, 1, undefined),
  }),
  said({ type: type('series'), id: fc.nat(3), key: name, context }),
  said({
    type: type('final.metric'),
    key: name,
    fold: fc.constantFrom('max', 'add'),
    initialValue: fc.nat(2),
    context,
  }),
  said({ type: type('problem'), code: type('SAMPLE'), message: name }),
)
/** What agents tell. */
const told = fc.oneof(
  said({ type: type('source'), remote: name, commit: name }),
  said({ type: type('environment'), interpreter: type('CPython'), packages: fc.dictionary(name, small) }),
  said({ type: type('user'), login: name }),
  said({
    type: type('host'),
    host: type('node0'),
    hostId: type('aabbccdd-1'),
    cores: fc.nat(2),
    container: fc.constantFrom(true, undefined),
  }),
  said({
    type: type('clock'),
    host: type('node0'),
    offsetUs: fc.integer({ min: -9, max: 9 }),
    uncertaintyUs: fc.nat(9),
  }),
  said({
    type: type('energy'),
    host: type('node0'),
    device: name,
    joules: fc.nat(9),
    method: type('RAPL'),
    kind: fc.constantFrom('measured', 'unknown'),
    covers: fc.constantFrom('package', 'gpu'),
    counted: type(true),
    coveredMs: fc.nat(9),
    index: fc.nat(2),
  }),
  said({ type: type('energy.share'), measuredJoules: fc.nat(9) }),
  said({
    type: type('energy.other'),
    host: type('node0'),
    tool: fc.constantFrom('codecarbon', 'slurm'),
    part: fc.constantFrom('memory', 'job'),
    kind: type('measured'),
    joules: fc.nat(9),
  }),
  said({ type: type('carbon'), gramsPerKWh: fc.nat(2), source: type('x') }),
  said({
    type: type('watch'),
    edge: fc.constantFrom('start', 'end'),
    host: type('node0'),
    hostId: type('aabbccdd-1'),
  }),
  said({ type: type('series'), id: fc.nat(3), key: name, measures: fc.constantFrom('host', 'rank') }),
  said({
    type: type('artifact.stored'),
    stream: type('worker-1'),
    number: fc.nat(5),
    stored: type('artifacts/x'),
  }),
  said({ type: type('rank.start'), pid: type(1), host: type('node0'), argv: fc.array(name), launcher: name }),
)

/** An envelope each: what a stream's records say, one after the other. */
function stream(rank: number, id: string, events: readonly Said[]): RunEntry[] {
  return events.map((event, first) => ({
    kind: 'records',
    rank: rank as Rank,
    attempt: 0 as Attempt,
    stream: id as StreamId,
    first: first * 2,
    count: 2,
    lost: 0,
    events: [{ number: first * 2, event: { time: startUs + first * 1e6 + rank, ...event } as never }],
    bad: [],
    points: pointsOf([{ series: first % 4, step: first, value: first + rank }], startUs + first * 1e6),
  }))
}

const begin: Said = {
  type: 'session.start',
  session: '0123456789abcdef',
  pid: 7,
  library: 'provloom',
  libraryVersion: '0.1.0',
  language: 'python',
}

export const ranks: readonly number[] = [0, 1, 2]

/** What a script and its agent say: a stream each, of every rank. */
export const someStreams: fc.Arbitrary<readonly (readonly RunEntry[])[]> = fc
  .tuple(
    ...ranks.map((rank) =>
      fc
        .tuple(fc.array(logged, { maxLength: 12 }), fc.array(told, { maxLength: 8 }))
        .map(([script, agent]) => [
          stream(rank, 'worker-1', [begin, ...script]),
          stream(rank, 'agent-1', agent),
        ]),
    ),
  )
  .map((all) => all.flat())

/** The streams together, each in its order, the next of which one being chosen. */
export function mixed(queues: readonly (readonly RunEntry[])[], choices: Iterable<number>): RunEntry[] {
  const left = queues.map((queue) => [...queue])
  const entries: RunEntry[] = []
  for (const choice of choices) {
    const some = left.filter((queue) => queue.length > 0)
    if (some.length === 0) break
    entries.push(some[choice % some.length]!.shift()!)
  }
  return entries
}
