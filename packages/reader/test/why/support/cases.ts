import type { Random } from '../../../../../test/support/random.ts'
import { gaussian, hostOf, train } from './training.ts'
import type { Plan, RankPoints } from './training.ts'
import type { RankEnding, Told } from './stream.ts'

/** What is done to a run, one after the other. */
export const faults = [
  'error',
  'lost',
  'absent',
  'memory',
  'disk',
  'nan',
  'slow-rank',
  'slow-host',
  'differs',
  'waiting',
] as const
export type Fault = (typeof faults)[number]

export interface Case {
  readonly told: Told
  /** What is to be found: its code, and whom it names. */
  readonly code: string | undefined
  readonly ranks: readonly number[]
  readonly pace: string | undefined
}

const errors: Readonly<Record<'peer' | 'vague' | 'own', readonly string[]>> = {
  peer: [
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    sock.recv(n)\nConnectionResetError: [Errno 104] Connection reset by peer\n',
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    loss.backward()\nRuntimeError: [/gloo/transport/tcp/pair.cc:598] Connection closed by peer [10.0.0.7]:4711\n',
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    dist.all_reduce(t)\ntorch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1333, remote process exited or there was a network error, NCCL version 2.19.3\nncclRemoteError: A call failed possibly due to a network error or a remote process exiting prematurely.\n',
    '[rank3]:[E ProcessGroupNCCL.cpp:523] [Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1207, OpType=ALLREDUCE) ran for 600000 milliseconds before timing out.\n',
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    raise RuntimeError("a rank is gone")\nRuntimeError: a rank is gone\n',
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    sock.send(b)\nBrokenPipeError: [Errno 32] Broken pipe\n',
  ],
  // What says nothing of a peer, though one is gone.
  vague: [
    'Traceback (most recent call last):\n  File "ring.py", line 31, in reduce\n    struct.unpack("<q", head)\nstruct.error: unpack requires a buffer of 8 bytes\n',
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    comm.Allreduce(a, b)\nRuntimeError: collective failed (7)\n',
    'Traceback (most recent call last):\n  File "train.py", line 80, in step\n    raise SystemExit("giving up")\nSystemExit: giving up\n',
  ],
  own: [
    'Traceback (most recent call last):\n  File "train.py", line 143, in main\n    check(loss)\nFloatingPointError: loss is not finite\n',
    'Traceback (most recent call last):\n  File "data.py", line 12, in load\n    return index[key]\nKeyError: 71823\n',
    'Traceback (most recent call last):\n  File "model.py", line 55, in forward\n    x @ w\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (64x512 and 256x512)\n',
    'Traceback (most recent call last):\n  File "train.py", line 9, in step\n    x\nRuntimeError: CUDA error: device-side assert triggered\n',
  ],
}

const outOfMemory = [
  'Traceback (most recent call last):\n  File "model.py", line 5, in forward\n    x\ntorch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 79.10 GiB total capacity)\n',
  'Traceback (most recent call last):\n  File "data.py", line 5, in load\n    b = bytes(n)\nMemoryError\n',
]
const noSpace = [
  'Traceback (most recent call last):\n  File "save.py", line 5, in save\n    f.write(b)\nOSError: [Errno 28] No space left on device\n',
  'Traceback (most recent call last):\n  File "save.py", line 5, in save\n    torch.save(m, f)\nRuntimeError: [enforce fail at inline_container.cc:424] . unexpected pos 64 vs 0: OSError: [Errno 122] Disk quota exceeded\n',
]

/** A run in which one thing, or nothing, is amiss. */
export function caseOf(fault: Fault | undefined, random: Random): Case {
  const size = sizeOf(random)
  const slow = fault === 'slow-rank' || fault === 'slow-host' || fault === 'waiting'
  const base = planOf(size, slow, random)
  switch (fault) {
    case 'slow-rank':
      return slowRank(base, random)
    case 'slow-host':
      return slowHost(base, random)
    case 'waiting':
      return waiting(base, random)
    case 'nan':
      return nan(base, random)
    case 'absent':
      return absent(base, random)
    case 'differs':
      return differs(base, random)
    case 'error':
    case 'memory':
    case 'disk':
    case 'lost':
      return stopped(fault, base, random)
    case undefined:
      return found(healthy(base, random), undefined, [], pace(base))
  }
}

/** 4 to 1,024, as many small ones as large ones. */
function sizeOf(random: Random): number {
  return 2 ** (2 + random.below(9))
}

function planOf(ranks: number, isPaced: boolean, random: Random): Plan {
  const perHost = ranks <= 8 ? random.pick([ranks, ranks / 2, 4]) : 8
  const hosts = Math.ceil(ranks / perHost)
  const kinds = [
    'timer',
    'timer',
    'timer',
    'named',
    'before',
    ...(isPaced ? [] : (['after', 'after'] as const)),
  ] as const
  const computeSeconds = 0.05 + 0.5 * random.unit()
  return {
    ranks,
    perHost,
    perDevice: 1,
    steps: 60 + random.below(30),
    computeSeconds,
    reduceSeconds: computeSeconds * (0.05 + 0.25 * random.unit()),
    dataShare: 0.08 * random.unit(),
    logs: random.pick(kinds),
    noise: 0.01 + 0.05 * random.unit(),
    bias: 0.03 * random.unit(),
    offsetsUs: Array.from({ length: hosts }, () => Math.round(gaussian(random) * 20_000)),
    uncertaintyUs: 20 + random.below(400),
  }
}

function pace({ logs }: Plan): string | undefined {
  return logs === 'named' ? 'forward_time' : undefined
}

function found(told: Told, code: string | undefined, ranks: readonly number[], by: string | undefined): Case {
  return { told, code, ranks, pace: by }
}

/** All ranks come to their end; what they have is as it is in many runs. */
function healthy(plan: Plan, random: Random): Told {
  const points = train(plan, random)
  const seeded = random.below(3)
  const packages = { numpy: '2.0.0', torch: '2.3.1' }
  return {
    plan,
    points,
    absent: [],
    memoryShare: random.chance(0.5) ? () => 0.2 + 0.5 * random.unit() : () => undefined,
    endings: points.map(({ endUs }) => ({
      status: 'completed',
      exitCode: 0,
      endUs: endUs + random.below(200_000),
    })),
    facts: (rank) => [
      { type: 'environment', interpreter: 'python3', version: 'CPython 3.12.1', packages },
      { type: 'source', remote: 'https://example.org/x.git', commit: '3f9c2ab1', dirty: false },
      { type: 'param', key: 'lr', valueType: 'float', value: '0.001' },
      { type: 'param', key: 'verbose', valueType: 'bool', value: rank === 0 ? 'True' : 'False' },
      ...(seeded === 0
        ? []
        : [
            {
              type: 'param',
              key: 'seed',
              valueType: 'int',
              value: String(seeded === 1 ? 7 : 7 + rank),
            } as const,
          ]),
      { type: 'dataset', label: 'train', path: '/data/train', sha256: 'ab'.repeat(32), samples: 60_000 },
      { type: 'dataset', label: 'shard', path: `/data/shard-${rank}`, samples: 1_000 + rank },
    ],
  }
}

function slowRank(plan: Plan, random: Random): Case {
  const rank = random.below(plan.ranks)
  const since = random.below(3) === 0 ? 0 : random.below(Math.max(1, plan.steps - 50))
  const times = 1.3 + 0.7 * random.unit()
  const byData = plan.logs === 'timer' && random.chance(0.25)
  const is = (one: number, step: number): boolean => one === rank && step >= since
  const slow: Plan = byData
    ? { ...plan, later: (one, step) => (is(one, step) ? (times - 1) * plan.computeSeconds : 0) }
    : { ...plan, slower: (one, step) => (is(one, step) ? times : 1) }
  return found(healthy(slow, random), 'RANK_SLOW', [rank], pace(plan))
}

function slowHost(base: Plan, random: Random): Case {
  // A host of one rank would be a slow rank; and among two hosts none is the odd one.
  const perHost = base.ranks <= 8 ? 2 : 8
  const byDevice = random.chance(0.3)
  const perDevice = byDevice && perHost > 2 ? 2 : 1
  const hosts = base.ranks / perHost
  const plan = {
    ...base,
    perHost,
    perDevice,
    offsetsUs: Array.from({ length: hosts }, () => Math.round(gaussian(random) * 20_000)),
  }
  const host = random.below(hosts)
  const times = 1.3 + 0.5 * random.unit()
  const since = random.below(Math.max(1, plan.steps - 50))
  const device = perDevice > 1 ? random.below(perHost / perDevice) : undefined
  const is = (rank: number): boolean =>
    hostOf(plan, rank) === host &&
    (device === undefined || Math.floor((rank % perHost) / perDevice) === device)
  const slow = { ...plan, slower: (rank: number, step: number) => (is(rank) && step >= since ? times : 1) }
  const ranks = Array.from({ length: plan.ranks }, (_, rank) => rank).filter(is)
  return found(healthy(slow, random), device === undefined ? 'HOST_SLOW' : 'DEVICE_SLOW', ranks, pace(plan))
}

function waiting(base: Plan, random: Random): Case {
  const plan: Plan = { ...base, logs: 'timer', dataShare: 0.7 + random.unit() }
  return found(healthy(plan, random), 'WAITING_FOR_DATA', [], undefined)
}

/** One rank's loss is not a number; where gradients are averaged all others' are a step later. */
function nan(base: Plan, random: Random): Case {
  const rank = random.below(base.ranks)
  const step = 5 + random.below(base.steps - 10)
  const spreads = random.chance(0.6)
  const isNan = (one: number, at: number): boolean => (one === rank ? at >= step : spreads && at > step)
  return found(healthy({ ...base, isNan }, random), 'NAN_FIRST_SEEN', [rank], pace(base))
}

function absent(base: Plan, random: Random): Case {
  const told = healthy(base, random)
  const count = random.chance(0.5) ? 1 : 1 + random.below(Math.min(8, base.ranks - 2))
  const first = 1 + random.below(base.ranks - count)
  const ranks = Array.from({ length: count }, (_, i) => first + i)
  const waited = random.chance(0.5)
  // Those that came waited for the others in vain, or trained without them.
  const endings = told.endings.map((one): RankEnding =>
    waited ? { status: 'failed', exitCode: 1, error: random.pick(errors.peer), endUs: one.endUs } : one,
  )
  return found({ ...told, absent: ranks, endings }, 'RANKS_ABSENT', ranks, pace(base))
}

function differs(base: Plan, random: Random): Case {
  const told = healthy(base, random)
  const count = random.chance(0.7) ? 1 : Math.max(1, Math.min(8, Math.floor(base.ranks / 8)))
  const first = 1 + random.below(base.ranks - count)
  const ranks = Array.from({ length: count }, (_, i) => first + i)
  const what = random.pick(['packages', 'interpreter', 'code', 'seed', 'data'] as const)
  const facts = (rank: number): ReturnType<Told['facts']> => {
    const odd = ranks.includes(rank)
    return told.facts(rank).flatMap((one) => {
      if (one.type === 'param' && one.key === 'seed') return what === 'seed' ? [] : [one]
      if (!odd) return [one]
      if (one.type === 'environment' && what === 'packages')
        return [{ ...one, packages: { numpy: '1.26.4', torch: '2.3.1' } }]
      if (one.type === 'environment' && what === 'interpreter') return [{ ...one, version: 'CPython 3.11.2' }]
      if (one.type === 'source' && what === 'code') return [{ ...one, commit: '99aa01b2' }]
      if (one.type === 'dataset' && what === 'data' && one.label === 'train')
        return [{ ...one, sha256: 'cd'.repeat(32) }]
      return [one]
    })
  }
  const seeds = (rank: number): ReturnType<Told['facts']> =>
    what === 'seed'
      ? [{ type: 'param', key: 'seed', valueType: 'int', value: ranks.includes(rank) ? '8' : '7' }]
      : []
  return found(
    { ...told, facts: (rank) => [...facts(rank), ...seeds(rank)] },
    'RANKS_DIFFER',
    ranks,
    pace(base),
  )
}

/** A rank, or a machine, stops in the middle of a step; the others find out, are ended by their launcher, or killed by it. */
function stopped(fault: 'error' | 'memory' | 'disk' | 'lost', base: Plan, random: Random): Case {
  const rank = random.below(base.ranks)
  const step = 5 + random.below(base.steps - 10)
  const plan: Plan = { ...base, stops: { rank, step, logged: random.chance(0.3) } }
  const told = healthy(plan, random)
  const how = howStopped(fault, random)
  const whole = fault === 'lost' && random.chance(0.5)
  const gone = told.points
    .map((_, one) => one)
    .filter((one) => one === rank || (whole && hostOf(plan, one) === hostOf(plan, rank)))
  const isAll = gone.length === plan.ranks
  const ranks = isAll ? [rank] : gone
  const offset = (one: number): number => plan.offsetsUs[hostOf(plan, one)] ?? 0
  const stoppedUs = told.points[rank]!.endUs - offset(rank) + 1_000 + random.below(100_000)
  const after = othersAfter(random)
  const memory = fault === 'memory' && how.error === undefined
  return found(
    {
      ...told,
      points: told.points.map((one, other) =>
        ranks.includes(other) && other !== rank ? withoutLast(one, step) : one,
      ),
      endings: told.points.map((_, one): RankEnding =>
        ranks.includes(one)
          ? { ...how, endUs: stoppedUs + offset(one) }
          : { ...after(), endUs: stoppedUs + offset(one) + lateUs(random, fault) },
      ),
      memoryShare: memory ? (host) => (host === hostOf(plan, rank) ? 0.97 : 0.4) : told.memoryShare,
    },
    codeOf(fault, how, ranks.length > 1),
    ranks,
    pace(base),
  )
}

/** A whole machine falls silent in the same step. */
function withoutLast(points: RankPoints, step: number): RankPoints {
  const cut = ({ step: steps, timeUs, value }: RankPoints['loss']): RankPoints['loss'] => {
    const length = steps.filter((one) => one < step).length
    return { step: steps.slice(0, length), timeUs: timeUs.slice(0, length), value: value.slice(0, length) }
  }
  return { ...points, loss: cut(points.loss), own: cut(points.own), wait: cut(points.wait) }
}

/** Others may even have ended before who failed has: its end takes longer. */
function lateUs(random: Random, fault: Fault): number {
  return fault === 'lost' ? 300_000 + random.below(9_000_000) : random.below(800_000) - 60_000
}

type Ending = Omit<RankEnding, 'endUs'>

function howStopped(fault: 'error' | 'memory' | 'disk' | 'lost', random: Random): Ending {
  const raised = (texts: readonly string[]): Ending => ({
    status: 'failed',
    exitCode: 1,
    error: random.pick(texts),
  })
  switch (fault) {
    case 'error':
      return random.pick<Ending>([
        raised(errors.own),
        raised(errors.own),
        { status: 'killed', signal: 'SIGKILL' },
        { status: 'killed', signal: 'SIGSEGV' },
        { status: 'failed', exitCode: 3 },
      ])
    case 'memory':
      return random.pick<Ending>([
        raised(outOfMemory),
        { status: 'killed', signal: 'SIGKILL' },
        { status: 'failed', exitCode: 137 },
      ])
    case 'disk':
      return raised(noSpace)
    case 'lost':
      return { status: 'lost' }
  }
}

/** All others alike: they lose their peer, or their launcher ends them. */
function othersAfter(random: Random): () => Ending {
  const how = random.below(10)
  return () => {
    if (how < 3) return { status: 'killed', signal: 'SIGTERM' }
    // Not one in ten.
    const said = how === 3 && random.chance(0.7) ? errors.vague : errors.peer
    return { status: 'failed', exitCode: 1, error: random.pick(said) }
  }
}

function codeOf(fault: 'error' | 'memory' | 'disk' | 'lost', { signal }: Ending, isHost: boolean): string {
  if (fault === 'memory') return 'OUT_OF_MEMORY'
  if (fault === 'disk') return 'DISK_FULL'
  if (fault === 'lost') return isHost ? 'HOST_LOST' : 'RANK_LOST'
  return signal === 'SIGKILL' ? 'RANK_KILLED' : signal === 'SIGSEGV' ? 'RANK_CRASHED' : 'RANK_FAILED'
}
