import { ranksOfHost, secondUs, sha256Of } from './plan.ts'
import type { Example, Start } from './plan.ts'
import { agentStream, hostOf } from './host.ts'
import type { Course, Place, Said, Telling } from './telling.ts'

const workerStream = 'worker-1'
const work = '/home/ada/digits'

/** A rank says hello, and its agent and its client what they see of it. */
export function rankBegins(telling: Telling, example: Example, start: Start, place: Place): void {
  const { rank } = place
  const machine = hostOf(rank)
  const timeUs = start.beginsUs + rank * 1000
  telling.tell({
    kind: 'admitted',
    time: timeUs,
    ...place,
    session: sessionOf(place),
    worker: `worker-${rank}`,
    ...machine,
    startedUs: timeUs,
    worldSize: start.worldSize,
  })
  telling.log(place, agentStream, timeUs, agentTells(place, example, start))
  telling.log(place, workerStream, timeUs + 100, clientTells(place, example, start))
}

/** The agent of the first rank has copied the code. */
export function codeStored(telling: Telling, example: Example, start: Start, place: Place): void {
  const stored = clientTells(place, example, start).flatMap((event, number): Said[] => {
    if (event.type !== 'artifact') return []
    const { name, size, sha256 } = event
    const kept = { ...(size === undefined ? {} : { size }), ...(sha256 === undefined ? {} : { sha256 }) }
    return [
      {
        type: 'artifact.stored',
        stream: workerStream,
        number,
        ...kept,
        stored: `code/${name}`,
        mode: 0o644,
      },
    ]
  })
  telling.log(place, agentStream, start.beginsUs + secondUs, stored)
}

function clientTells(place: Place, example: Example, start: Start): Said[] {
  const { rank } = place
  return [
    {
      type: 'session.start',
      session: sessionOf(place),
      pid: 1000 + rank,
      library: 'provloom',
      libraryVersion: '0.1.0',
      language: 'python',
    },
    ...parameters(rank, example),
    ...(example.group ? [groupOf(rank, start.worldSize)] : []),
    ...codeAndEnvironment(example),
    dataset('train', 'training'),
    dataset('val', 'validation'),
    dataset('test', 'testing'),
  ]
}

function agentTells(place: Place, { devices }: Example, { worldSize }: Start): Said[] {
  const { rank } = place
  const machine = hostOf(rank)
  return [
    {
      type: 'rank.start',
      pid: 1000 + rank,
      ...machine,
      argv: ['python', 'train.py', '--epochs', '10'],
      directory: work,
      launcher: 'torchrun',
      launcherCommand: ['torchrun', '--nproc-per-node', '8', 'train.py'],
      localRank: rank % ranksOfHost,
      nodeRank: Math.floor(rank / ranksOfHost),
      worldSize,
      agentVersion: '0.1.0',
    },
    {
      type: 'host',
      ...machine,
      cpu: 'Some CPU',
      cores: 64,
      physicalCores: 32,
      sockets: 2,
      memoryBytes: 2 ** 38,
      ...(devices === 'none' ? { notMeasured: 'energy: there are no counters that can be read' } : {}),
    },
    { type: 'user', login: 'ada' },
    { type: 'clock', ...machine, offsetUs: 12, uncertaintyUs: 40 },
  ]
}

export const settings: readonly (readonly [
  key: string,
  valueType: 'float' | 'int' | 'str' | 'bool',
  value: string,
])[] = [
  ['amp', 'bool', 'True'],
  ['batch', 'int', '64'],
  ['epochs', 'int', '10'],
  ['lr', 'float', '0.1'],
  ['optimizer', 'str', 'AdamW'],
]

export function seedOf(rank: number): number {
  return 17 * rank + 3
}

function parameters(rank: number, { alike, places }: Example): Said[] {
  const more = Array.from(
    { length: alike - settings.length },
    (_, i) => [`setting_${i}`, 'int', String(i)] as const,
  )
  return [
    ...settings,
    ...more,
    ['seed', 'int', String(seedOf(rank))] as const,
    ...(places ? placeParameters(rank) : [['shard', 'int', String(rank)] as const]),
  ].map(([key, valueType, value]) => ({ type: 'param', key, valueType, value }))
}

function placeParameters(rank: number): (readonly [key: string, valueType: 'int', value: string])[] {
  return [
    ['local_rank', 'int', String(rank % ranksOfHost)],
    ['node_rank', 'int', String(Math.floor(rank / ranksOfHost))],
  ]
}

function groupOf(rank: number, worldSize: number): Said {
  return {
    type: 'group',
    library: 'torch.distributed',
    backend: 'gloo',
    worldSize,
    rank,
    rendezvous: 'node0:29500',
    edge: 'start',
  }
}

function codeAndEnvironment({ packages }: Example): Said[] {
  return [
    {
      type: 'source',
      remote: 'https://example.org/digits.git',
      commit: '3f9c2ab1d04e5f6a7b8c9d0e1f2a3b4c5d6e7f80',
      branch: 'main',
      dirty: true,
      diffSha256: sha256Of('source.diff'),
      path: `${work}/train.py`,
    },
    {
      type: 'environment',
      interpreter: 'CPython',
      version: '3.11.4',
      platform: 'Linux-6.1-x86_64',
      packages: Object.fromEntries(
        Array.from({ length: packages }, (_, i) => [`package-${i}`, `1.${i}.0`] as const),
      ),
    },
    codeFile('train.py', 'script', `${work}/train.py`, '1.train.py'),
    codeFile('source.diff', 'diff', `/tmp/spool/files/2.source.diff`, '2.source.diff'),
  ]
}

function codeFile(name: string, kind: 'script' | 'diff', path: string, spooled: string): Said {
  return {
    type: 'artifact',
    name,
    kind,
    role: 'input',
    path,
    spooled,
    copy: true,
    mode: 0o644,
    size: 100,
    sha256: sha256Of(name),
  }
}

function dataset(split: string, context: string): Said {
  return { type: 'dataset', label: split, path: `/data/digits/${split}`, samples: 1000, split, context }
}

/** The rank that stops first: rank 1, where there is one. */
export function firstToStop({ places }: Start): number {
  return Math.min(1, places.length - 1)
}

/** When a rank logs a step. */
export function stepUs(start: Start, rank: number, step: number): number {
  const earlyUs = rank === firstToStop(start) ? 5 * secondUs : 0
  return start.beginsUs + (10 + step) * secondUs + rank * 1000 - earlyUs
}

export function rankTrains(telling: Telling, example: Example, start: Start, place: Place): void {
  const { rank } = place
  const beginsUs = stepUs(start, rank, 0) - secondUs
  const inTraining = Math.ceil(example.series / 2)
  const contextOf = (id: number): string => (id < inTraining ? 'training' : 'validation')
  const series = Array.from({ length: example.series }, (_, id) => ({
    type: 'series' as const,
    id,
    key: id === 0 ? 'loss' : `metric_${id}`,
    context: contextOf(id),
  }))
  const contexts = [...new Set(series.map(({ context }) => context))]
  telling.log(place, workerStream, beginsUs, [
    ...contexts.map((name) => ({ type: 'context', name, edge: 'start' }) as const),
    ...series,
  ])
  const courses = series.map(({ id }): Course => ({
    series: id,
    firstStep: 0,
    rows: start.rows,
    value: () => rank,
    timeUs: (step) => stepUs(start, rank, step),
  }))
  telling.log(place, workerStream, beginsUs, [], courses)
}

/** A version of the model, saved by the client and copied by the agent. */
export function modelVersion(telling: Telling, start: Start, place: Place, version: number): void {
  const { rank, attempt } = place
  const step = Math.floor((version * start.rows) / start.versions)
  const timeUs = stepUs(start, rank, step) + 100
  const name = `digits_${version}.pt`
  const digest = { size: 50_000, sha256: sha256Of(`${rank} ${attempt} ${name}`) }
  const number = telling.log(place, workerStream, timeUs, [
    {
      type: 'artifact',
      name,
      kind: 'checkpoint',
      role: 'output',
      path: `/tmp/spool/${sessionOf(place)}/files/${version}.${name}`,
      spooled: `${version}.${name}`,
      copy: true,
      mode: 0o666,
      context: 'training',
      step,
      version,
      model: 'digits',
      ...digest,
    },
  ])
  const folder = attempt === 0 ? `rank${rank}` : `rank${rank}.attempt${attempt}`
  telling.log(place, agentStream, timeUs + secondUs / 2, [
    {
      type: 'artifact.stored',
      stream: workerStream,
      number,
      ...digest,
      stored: `artifacts/${folder}/${name}`,
      mode: 0o644,
    },
  ])
}

/** @param heardUs when the aggregator heard of it, by its clock */
export function rankEnds(telling: Telling, start: Start, place: Place, endUs: number, heardUs: number): void {
  const isLast = place.rank === start.worldSize - 1
  const timeUs = endUs + place.rank * 1000
  if (start.end === 'last rank killed' && isLast) {
    telling.log(place, agentStream, timeUs, [{ type: 'rank.end', status: 'killed', signal: 'SIGKILL' }])
  } else if (start.end === 'last rank failed') {
    telling.log(place, agentStream, timeUs, [
      isLast
        ? { type: 'rank.end', status: 'failed', exitCode: 1, error: 'RuntimeError: out of memory' }
        : { type: 'rank.end', status: 'killed', signal: 'SIGTERM' },
    ])
  } else {
    telling.log(place, workerStream, timeUs, [
      { type: 'context', name: 'training', edge: 'end' },
      { type: 'session.end', status: 'completed', by: 'call' },
    ])
    telling.log(place, agentStream, timeUs + 100, [{ type: 'rank.end', status: 'completed', exitCode: 0 }])
  }
  const ledger = telling.ledger(place)
  telling.tell({ kind: 'ended', time: heardUs + place.rank, ...place, ledger, ledgerClosed: true })
}

function sessionOf({ rank, attempt }: Place): string {
  return (rank * 16 + attempt).toString(16).padStart(16, '0')
}
