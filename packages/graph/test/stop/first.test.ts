import { describe, expect, it } from 'vitest'
import { errorKind, placeIn, reasonIn, stopOrder } from '../../src/stop/index.ts'
import type { Stop } from '../../src/stop/index.ts'

const clock = (host: string, offsetUs = 0, uncertaintyUs = 0): Stop['clock'] => ({
  host,
  offsetUs,
  uncertaintyUs,
})
const gone = 'ConnectionResetError: [Errno 104] Connection reset by peer'

function order(...stops: readonly (Partial<Stop> & { readonly rank: number })[]): number[] {
  const { stopped } = stopOrder(stops.map((stop) => ({ status: 'failed', ...stop })))
  return stopped.map(({ stop }) => stop.rank)
}

describe('of ranks that did not end well the first is', () => {
  it('the one with an error of its own, though one that lost it ended before', () => {
    expect(
      order(
        { rank: 0, endUs: 10, lastStep: 57, error: gone },
        { rank: 2, endUs: 4_010, lastStep: 56, error: 'FloatingPointError: loss is nan' },
      ),
    ).toEqual([2, 0])
  })

  it('the one that was killed, though the others have not said that it was gone', () => {
    expect(
      order(
        { rank: 0, endUs: 900_000, lastStep: 9, error: 'ValueError: short message' },
        { rank: 1, endUs: 950_000, lastStep: 8, status: 'killed', signal: 'SIGKILL' },
      ),
    ).toEqual([1, 0])
  })

  it('the one that failed, where a launcher then killed the others, which had not come so far', () => {
    expect(
      order(
        { rank: 0, endUs: 30_000_000, lastStep: 7, status: 'killed', signal: 'SIGKILL' },
        { rank: 1, endUs: 1_000_000, lastStep: 8, error: 'ValueError: loss is nan' },
        { rank: 2, endUs: 1_100_000, lastStep: 7, status: 'killed', signal: 'SIGTERM' },
        { rank: 3, endUs: 1_050_000, lastStep: 7, exitCode: 143 },
      ),
    ).toEqual([1, 0, 3, 2])
  })

  it('the one that is lost, where all others lost their peer; and not where another failed when it fell silent', () => {
    const lost = { rank: 1, status: 'lost', lastUs: 9_900_000, lastStep: 8 } as const
    expect(order({ rank: 0, endUs: 9_950_000, lastStep: 8, error: gone }, lost)).toEqual([1, 0])
    expect(order({ rank: 0, endUs: 10_000_000, lastStep: 9, error: 'KeyError: 3' }, lost)).toEqual([0, 1])
  })

  it('the one that ended without a word, where several others then raise errors that name no cause', () => {
    const vague = (rank: number, endUs: number): Partial<Stop> & { readonly rank: number } => ({
      rank,
      endUs,
      lastStep: 9,
      error: 'RuntimeError: collective failed (7)',
    })
    const silent = { rank: 7, endUs: 1_040_000, lastStep: 9, exitCode: 3 }
    expect(order(vague(0, 1_000_000), vague(1, 1_100_000), silent)[0]).toBe(7)
    expect(order(vague(0, 1_000_000), vague(1, 1_100_000), { ...silent, endUs: 2_100_000 })[0]).toBe(0)
    expect(order(vague(0, 1_000_000), vague(1, 1_100_000), { ...silent, lastStep: 10 })[0]).toBe(0)
  })

  it('by their steps alone, where nobody knows how far their clocks are apart', () => {
    const far = (host: string): Stop['clock'] => clock(host, 0, Infinity)
    const one = { rank: 0, endUs: 90_000_000, lastStep: 8, error: 'E: a', clock: far('a') }
    const other = { rank: 1, endUs: 5_000_000, lastStep: 9, error: 'E: b', clock: far('b') }
    expect(order(one, other)).toEqual([0, 1])
    const same = [one, { ...other, lastStep: 8 }].map((stop) => ({ status: 'failed', ...stop }))
    expect(stopOrder(same).tied).toBe(2)
    // One machine has one clock.
    expect(order(one, { ...other, clock: far('a') })).toEqual([1, 0])
  })

  it('none of those whose ends nobody saw, or that were killed within the time in which that is seen', () => {
    const tied = (...stops: readonly Partial<Stop>[]): number =>
      stopOrder(stops.map((stop, rank) => ({ status: 'incomplete', rank, clock: clock('a'), ...stop }))).tied
    expect(tied({ endUs: 5_000_100, lastStep: 43 }, { endUs: 5_000_000, lastStep: 42 })).toBe(2)
    expect(tied({ endUs: 9_000_000, lastStep: 43 }, { endUs: 5_000_000, lastStep: 42 })).toBe(1)
    const killed = { status: 'killed', signal: 'SIGKILL', lastStep: 7 } as const
    expect(
      tied(
        { ...killed, endUs: 5_004_000, lastStep: 40_996 },
        { ...killed, endUs: 5_000_000, lastStep: 40_123 },
      ),
    ).toBe(2)
    expect(tied({ ...killed, endUs: 5_004_000 }, { ...killed, endUs: 5_000_000 })).toBe(2)
    expect(tied({ ...killed, endUs: 5_040_000 }, { ...killed, endUs: 5_000_000 })).toBe(1)
    expect(tied({ ...killed, endUs: 5_040_000 }, { endUs: 5_000_000, lastStep: 8 })).toBe(2)
    expect(tied({ ...killed, endUs: 5_040_000 }, { endUs: 5_000_000, lastStep: 8, exitCode: 1 })).toBe(1)
  })

  it('the one that crashed or ran out of memory, though errors without a known cause came before', () => {
    expect(
      order(
        { rank: 0, endUs: 1_000, error: 'RuntimeError: strange' },
        { rank: 1, endUs: 2_000, status: 'killed', signal: 'SIGSEGV' },
        { rank: 2, endUs: 3_000, error: 'torch.cuda.OutOfMemoryError: CUDA out of memory.' },
      ),
    ).toEqual([1, 2, 0])
  })

  it('by clocks that are corrected by the offset of their hosts', () => {
    const one = { rank: 0, endUs: 5_000_000, error: 'E: a', clock: clock('a') }
    const ahead = { rank: 1, endUs: 8_000_000, error: 'E: b', clock: clock('b', 6_000_000) }
    expect(order(one, ahead)).toEqual([1, 0])
  })

  it('the one that is lost, where several others then fail at once and do not say why', () => {
    const lost = { rank: 1, status: 'lost', lastUs: 9_900_000, lastStep: 8 } as const
    const failed = (rank: number): Stop => ({
      rank,
      status: 'failed',
      endUs: 10_000_000 + rank,
      lastStep: 8,
      error: 'RuntimeError: collective failed (7)',
    })
    expect(order(failed(0), lost, failed(2), failed(3))).toEqual([1, 0, 2, 3])
  })

  it('nobody alone, where their clocks do not tell them apart', () => {
    const stop = (rank: number, host: string, endUs: number): Stop => ({
      rank,
      status: 'failed',
      error: 'E: a',
      endUs,
      clock: clock(host, 0, 300),
    })
    expect(stopOrder([stop(0, 'a', 1_000), stop(1, 'b', 1_500)]).tied).toBe(2)
    expect(stopOrder([stop(0, 'a', 1_000), stop(1, 'b', 1_700)]).tied).toBe(1)
    expect(stopOrder([stop(0, 'a', 1_000), stop(1, 'a', 1_001)]).tied).toBe(1)
  })

  const timeout = 'RuntimeError: NCCL watchdog: collective operation timeout'

  it('never the one that a launcher ended when others had failed, whatever these say', () => {
    const ended = { rank: 0, status: 'killed', signal: 'SIGTERM', endUs: 3_400_000, lastStep: 19 } as const
    const witness = { rank: 1, status: 'failed', exitCode: 1, error: timeout, endUs: 3_000_000, lastStep: 19 }
    const both = stopOrder([ended, witness])
    expect([both.cause, both.stopped[0]?.stop.rank]).toEqual(['peers', 1])
    // What is raised may be followed by the signal, while the process comes to its end.
    const traced = 'Traceback (most recent call last):\n  File "t.py", line 1, in f\nValueError: bad'
    const late = { rank: 2, status: 'killed', signal: 'SIGTERM', error: traced, endUs: 3_500_000 }
    expect(stopOrder([ended, late]).stopped[0]?.stop.rank).toBe(2)
  })

  it('those that were asked to end, where all others ended after it', () => {
    const asked = { status: 'killed', signal: 'SIGTERM', endUs: 1_000_000, lastStep: 9 } as const
    const peer = { status: 'failed', exitCode: 1, error: gone, endUs: 990_000, lastStep: 9 } as const
    const cause = (...stops: readonly Stop[]): unknown[] => {
      const { cause: why, stopped, tied } = stopOrder(stops)
      return [why, stopped.slice(0, tied).map(({ stop }) => stop.rank)]
    }
    expect(cause({ rank: 0, ...asked }, { rank: 1, ...peer })).toEqual(['outside', [0]])
    const killed = { rank: 1, status: 'killed', signal: 'SIGKILL', endUs: 9_000_000, lastStep: 9 } as const
    expect(cause({ rank: 0, ...asked }, killed)).toEqual(['outside', [0]])
    expect(cause({ rank: 0, ...asked }, { ...killed, endUs: 1_000_000 })).toEqual(['killed', [1]])
    // Of clocks that nobody has measured nothing follows.
    const far = (host: string): Stop['clock'] => clock(host, 0, Infinity)
    expect(cause({ rank: 0, ...asked, clock: far('a') }, { rank: 1, ...peer, clock: far('b') })[0]).toBe(
      'peers',
    )
  })

  it('the one that fell silent first, where all others only miss one', () => {
    const silentOf = (...lasts: readonly (readonly [step: number, us: number])[]): unknown[] => {
      const stops = lasts.map(([lastStep, lastUs], rank): Stop => {
        const how =
          rank === 1 ? { status: 'killed', signal: 'SIGTERM' } : { status: 'failed', error: timeout }
        return { rank, ...how, lastStep, lastUs, endUs: 9_000_000 + (rank === 1 ? 400_000 : rank) }
      })
      const { cause, silent, stopped } = stopOrder(stops)
      return [cause, silent?.by, silent?.ranks, stopped[0]?.stop.rank]
    }
    expect(silentOf([19, 5_000_000], [11, 5_100_000], [19, 5_000_000])).toEqual(['peers', 'step', [1], 1])
    expect(silentOf([19, 5_200_000], [19, 5_000_000], [19, 5_100_000])).toEqual(['peers', 'time', [1], 1])
    expect(silentOf([19, 5_000_100], [19, 5_000_000], [19, 5_000_200])).toEqual([
      'peers',
      undefined,
      undefined,
      0,
    ])
    // Where most came less far it is none of them.
    expect(silentOf([18, 5_000_000], [18, 5_000_000], [19, 5_000_000])[1]).toBeUndefined()
  })

  it('the one that ended well in a step that the others went beyond, before they missed it', () => {
    const left = { rank: 1, status: 'completed', exitCode: 0, endUs: 1_000_000, lastStep: 4 } as const
    const miss = (rank: number): Stop => ({
      rank,
      status: 'failed',
      error: gone,
      endUs: 2_000_000,
      lastStep: 19,
    })
    const named = (...stops: readonly Stop[]): unknown[] => {
      const { cause, stopped, tied } = stopOrder(stops)
      return [cause, stopped.slice(0, tied).map(({ stop }) => stop.rank)]
    }
    expect(named(miss(0), left, miss(2))).toEqual(['left', [1]])
    expect(named(miss(0), { ...left, endUs: 3_000_000 }, miss(2))[0]).toBe('peers')
    expect(named(miss(0), { ...left, lastStep: 19 }, miss(2))[0]).toBe('peers')
    expect(named({ ...miss(0), error: 'ValueError: bad' }, left, miss(2))).toEqual(['error', [0]])
  })

  it('nobody, where all ended well or go on', () => {
    expect(
      stopOrder([
        { rank: 0, status: 'completed' },
        { rank: 1, status: 'running' },
      ]),
    ).toEqual({
      stopped: [],
      tied: 0,
    })
  })
})

describe('the text of an error', () => {
  it.each([
    ['ConnectionResetError: [Errno 104] Connection reset by peer', 'peer'],
    ['RuntimeError: [/build/gloo/transport/tcp/pair.cc:598] Connection closed by peer [10.0.0.1]:21', 'peer'],
    [
      'torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1333, remote process exited',
      'peer',
    ],
    ['RuntimeError: NCCL communicator was aborted on rank 2.', 'peer'],
    ['[Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=12)', 'peer'],
    ['ncclRemoteError: A call failed possibly due to a network error', 'peer'],
    ['RuntimeError: a rank is gone', 'peer'],
    ['BrokenPipeError: [Errno 32] Broken pipe', 'peer'],
    ['torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB', 'memory'],
    ['MemoryError', 'memory'],
    ["terminate called after throwing an instance of 'std::bad_alloc'", 'memory'],
    ['OSError: [Errno 28] No space left on device', 'disk'],
    ['OSError: [Errno 122] Disk quota exceeded: /home/x', 'disk'],
    ['FloatingPointError: loss is nan at step 57', 'own'],
    ['ValueError: shapes (3,4) and (4,) differ', 'own'],
    ['KeyError: 7', 'own'],
    ['', undefined],
    [
      "OSError: reading s3://b/s-17: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
      'own',
    ],
    ["ValueError: config key 'Connection reset by peer policy' is not known", 'own'],
    ["KeyError: 'out of memory'", 'own'],
    [
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='hub', port=443): Max retries exceeded",
      'own',
    ],
    ['RuntimeError: sqlite timed out: database is locked; operation timed out', 'own'],
    ['RuntimeError: DataLoader worker (pid 71) is killed by signal: Killed.', 'own'],
    ['EOFError: Ran out of input', 'own'],
    ["TimeoutError: HTTPSConnectionPool(host='hub', port=443): Read timed out. (read timeout=10)", 'own'],
    [
      'torch.distributed.DistBackendError: NCCL error in: x.cpp:1691, invalid usage, NCCL version 2.19.3',
      'own',
    ],
    [
      'torch.distributed.DistStoreError: Timed out after 901 seconds waiting for clients. 1/2 clients joined.',
      'peer',
    ],
    [
      'RuntimeError: [1] is setting up NCCL communicator and retrieving ncclUniqueId from [0] via store',
      'peer',
    ],
    ['TimeoutError: timed out', 'peer'],
    ['asyncio.exceptions.IncompleteReadError: 0 bytes read on a total of 8 expected bytes', 'peer'],
    ['SystemExit: a rank is gone', 'peer'],
    ['[rank3]:[E ProcessGroupNCCL.cpp:523] [Rank 3] Watchdog caught collective operation timeout', 'peer'],
    ['KeyboardInterrupt', 'asked'],
  ])('%s is of the kind %s', (text, kind) => {
    expect(errorKind(text)).toBe(kind)
  })

  const raised = (error: string, line: number): string =>
    `Traceback (most recent call last):\n  File "/w/train.py", line ${line}, in main\n    step()\n${error}\n`
  const meanwhile = '\nDuring handling of the above exception, another exception occurred:\n\n'

  it('of a chain is of the kind of the first error, which the others came of', () => {
    const own = `${raised('ValueError: nan', 3)}${meanwhile}${raised(gone, 9)}`
    expect([errorKind(own), reasonIn(own), placeIn(own)]).toEqual([
      'own',
      'ValueError: nan',
      'train.py:3 in main',
    ])
    const peer = `${raised(gone, 3)}${meanwhile}${raised('RuntimeError: cannot go on', 9)}`
    expect([errorKind(peer), reasonIn(peer)]).toEqual(['peer', 'RuntimeError: cannot go on'])
  })

  const through = (file: string, error = gone): string =>
    `Traceback (most recent call last):\n  File "/w/train.py", line 3, in main\n    step()\n  File "${file}", line 9, in f\n    x\n${error}\n`

  it('is the loss of a peer by where it was raised: not in a library that asks a service', () => {
    const lib = '/usr/lib/python3/dist-packages'
    expect(errorKind(through('/w/ring.py'))).toBe('peer')
    expect(errorKind(through('/usr/lib/python3.11/socket.py'))).toBe('peer')
    expect(errorKind(through(`${lib}/torch/distributed/distributed_c10d.py`))).toBe('peer')
    expect(errorKind(through(`${lib}/urllib3/response.py`))).toBe('own')
    expect(errorKind(through('/usr/lib/python3.11/http/client.py'))).toBe('own')
    const nested = through('/usr/lib/python3.11/ssl.py').replace('/w/train.py', `${lib}/s3fs/core.py`)
    expect(errorKind(nested)).toBe('own')
    expect(errorKind(through('/usr/lib/python3.11/multiprocessing/connection.py', 'EOFError'))).toBe('peer')
  })

  it('is one line of many, with its place', () => {
    const text = `warming up\n${raised('ValueError: loss is nan\nlook at step 3.', 143)}`
    expect([reasonIn(text), placeIn(text)]).toEqual(['ValueError: loss is nan', 'train.py:143 in main'])
    expect([reasonIn('one\nKilled\n'), placeIn('Killed')]).toEqual(['Killed', undefined])
  })
})
