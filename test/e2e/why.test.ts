import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openReader } from '@provloom/reader'
import { folder, provloom } from '../support/cli.ts'
import { enduring, seldom } from '../support/effort.ts'
import { saidOf, whyOfFour } from '../support/four-ranks.ts'
import type { FourRanks } from '../support/four-ranks.ts'
import { judgePython, named, works } from '../support/needs.ts'
import { mayMount, smallDisk } from '../support/small-disk.ts'

vi.setConfig({ testTimeout: 240_000 })

interface Case {
  readonly fault: string
  /** What is to be found first, and whom it names; nothing at all where there is none. */
  readonly code?: string
  readonly ranks?: readonly number[]
  /** Of them some: the others miss one before they are ended themselves. */
  readonly some?: true
  readonly more?: () => FourRanks
  /** Words that are said of it. */
  readonly says?: string
  /** What it needs, and whether that is here. */
  readonly needs?: readonly [there: boolean, reason: string]
}

/** What was said of each, for who endures. */
const table: string[] = []
afterAll(() => {
  if (enduring) process.stdout.write(`${table.join('\n')}\n`)
})

function tell(cases: readonly Case[]): void {
  for (const one of cases) {
    const { fault, code, some, more, says = '', needs: [there, reason] = [true, ''] } = one
    it.skipIf(!there)(named(`it is said why where there is ${fault}`, there, reason), async () => {
      const { answer, code: exit, words } = await whyOfFour(fault, more?.())
      const [first] = answer.findings
      const named = first?.ranks ?? []
      const all = one.ranks ?? []
      const ranks = some === true ? all.filter((rank) => named.includes(rank)) : all
      const isRight = first?.code === code && String(named) === String(ranks)
      const outcome = isRight ? 'right' : first === undefined ? 'silent' : 'wrong'
      table.push(`${fault.padEnd(16)} ${outcome.padEnd(7)} ${words.split('\n')[0]}`)
      expect([first?.code, named, exit], words).toEqual([code, ranks, code === undefined ? 0 : 1])
      expect(words.startsWith(answer.verdict)).toBe(true)
      expect(words).toContain(says)
    })
  }
}

const lockstep = 'log compute time (provloom.step()) to see who makes the others wait'

const otherCode = (): FourRanks => ({ machine: true, odd: { 2: { more: '# changed' } } })

function otherPackages(): FourRanks {
  const site = folder()
  fs.mkdirSync(path.join(site, 'digits-2.0.dist-info'))
  fs.writeFileSync(path.join(site, 'digits-2.0.dist-info/METADATA'), 'Name: digits\nVersion: 2.0\n')
  return { machine: true, odd: { 2: { env: { PYTHONPATH: site } } } }
}

const otherInterpreter = (): FourRanks => ({ machine: true, odd: { 2: { python: judgePython! } } })

function smallSpool(): FourRanks {
  const disk = smallDisk(1024)
  return {
    odd: { 2: { spoolRoot: path.join(disk.root, 'spool') } },
    meanwhile: () => disk.fill(),
  }
}

const endAll: FourRanks['afterwards'] = (agents) => {
  for (const { pid } of agents) process.kill(pid!, 'SIGTERM')
}

const groups = '/sys/fs/cgroup/memory'
const mayGroup = works('sh', ['-c', `mkdir ${groups}/provloom-tried && rmdir ${groups}/provloom-tried`])

function smallGroup(): FourRanks {
  const group = fs.mkdtempSync(path.join(groups, 'provloom-test-'))
  fs.writeFileSync(path.join(group, 'memory.limit_in_bytes'), String(2 ** 28))
  const front = ['sh', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh']
  return { odd: { 2: { front } } }
}

describe('of four real ranks', () => {
  tell([
    { fault: 'nothing' },
    { fault: 'killed', code: 'RANK_KILLED', ranks: [2] },
    { fault: 'nan', code: 'NAN_FIRST_SEEN', ranks: [2] },
    { fault: 'slow-rank', code: 'RANK_SLOW', ranks: [2] },
    { fault: 'intervals', says: lockstep },
    { fault: 'seed', code: 'RANKS_DIFFER', ranks: [2] },
    ...seldom<Case>(
      { fault: 'error', code: 'RANK_FAILED', ranks: [2] },
      { fault: 'exits', code: 'RANK_FAILED', ranks: [2] },
      { fault: 'crashed', code: 'RANK_CRASHED', ranks: [2] },
      { fault: 'memory', code: 'OUT_OF_MEMORY', ranks: [2] },
      {
        fault: 'memory-of-group',
        code: 'OUT_OF_MEMORY',
        ranks: [2],
        more: smallGroup,
        needs: [mayGroup, 'needs a memory control group'],
      },
      {
        fault: 'disk',
        code: 'DISK_FULL',
        ranks: [2],
        more: () => ({ room: smallDisk(1024).root }),
        needs: [mayMount, 'needs root, to mount a small tmpfs'],
      },
      {
        fault: 'spool',
        code: 'DISK_FULL',
        ranks: [2],
        more: smallSpool,
        needs: [mayMount, 'needs root, to mount a small tmpfs'],
      },
      { fault: 'lost', code: 'RANK_LOST', ranks: [2] },
      { fault: 'absent', code: 'RANKS_ABSENT', ranks: [2] },
      {
        fault: 'ended',
        code: 'ENDED_FROM_OUTSIDE',
        ranks: [0, 1, 2, 3],
        some: true,
        more: () => ({ afterwards: endAll }),
      },
      { fault: 'slow-data', code: 'RANK_SLOW', ranks: [2], says: 'waiting for its data' },
      { fault: 'slow-between', code: 'RANK_SLOW', ranks: [2] },
      { fault: 'slow-device', code: 'DEVICE_SLOW', ranks: [2, 3] },
      { fault: 'arrival', code: 'RANK_SLOW', ranks: [2] },
      { fault: 'data', code: 'RANKS_DIFFER', ranks: [2] },
      { fault: 'code', code: 'RANKS_DIFFER', ranks: [2], more: otherCode },
      { fault: 'packages', code: 'RANKS_DIFFER', ranks: [2], more: otherPackages },
      {
        fault: 'interpreter',
        code: 'RANKS_DIFFER',
        ranks: [2],
        more: otherInterpreter,
        needs: [judgePython !== undefined, 'no PROVLOOM_TEST_PYTHON'],
      },
      { fault: 'waiting', code: 'WAITING_FOR_DATA' },
      { fault: 'between', code: 'WAITING_BETWEEN_STEPS' },
    ),
  ])
})

const mayUnshare = works('unshare', ['-mu', 'true'])
const asAnother = 'hostname n2 && mount --bind "$BOOT" /proc/sys/kernel/random/boot_id && exec "$@"'

/** Ranks 2 and 3 on a machine of their own, by its name and boot id. */
function twoMachines(): FourRanks {
  const boot = path.join(folder(), 'boot_id')
  fs.writeFileSync(boot, 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\n')
  const front = ['env', `BOOT=${boot}`, 'unshare', '-mu', 'sh', '-c', asAnother, 'sh']
  return { odd: { 2: { front }, 3: { front } } }
}

describe('of four real ranks on two machines', () => {
  const there = { more: twoMachines, needs: [mayUnshare, 'needs unshare'] } as const
  tell([
    { fault: 'slow-host', code: 'HOST_SLOW', ranks: [2, 3], ...there },
    ...seldom<Case>(
      { fault: 'host-lost', code: 'HOST_LOST', ranks: [2, 3], ...there },
      { fault: 'slow-rank', code: 'RANK_SLOW', ranks: [2], ...there },
      { fault: 'error', code: 'RANK_FAILED', ranks: [2], ...there },
      { fault: 'nothing', ...there },
    ),
  ])
})

/**
 * Ranks that `provloom run` ends when one of them has failed. They begin together; what they say then is what libraries and
 * services say, and no word of it tells who was gone.
 */
const launched = `
import os, signal, sys, time
import provloom
kind, place = sys.argv[1:]
rank = int(os.environ["RANK"])
provloom.start_run("www.example.org", "launched", collect_all_processes=True)

def meet(name, ranks=(0, 1, 2)):
    if rank in ranks: open(os.path.join(place, name + str(rank)), "w").close()
    while any(not os.path.exists(os.path.join(place, name + str(one))) for one in ranks): time.sleep(0.002)

for step in range(6 if rank == 1 and kind in ("hangs", "leaves") else 12):
    provloom.log_metric("loss", 1 / (step + 1), step=step)
meet("logged")
if rank == 1:
    if kind == "hangs": signal.pause()
    if kind == "leaves":
        provloom.end_run()
        meet("left", (1,))
        sys.exit(0)
    if kind == "service": raise OSError("reading s3://b/7: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))")
    if kind == "wording": raise ValueError("the key 'Connection reset by peer' is not known")
    if kind == "cleans-up":
        try: raise ValueError("bad sample 17")
        finally: signal.pause()
if kind == "leaves": meet("left", (1,))
if kind == "service": signal.pause()
if kind == "wording": raise ConnectionResetError(104, "Connection reset by peer")
raise RuntimeError("NCCL watchdog: collective operation timeout")
`

interface Launched {
  readonly kind: string
  readonly code: string
  readonly ranks: readonly number[]
  /** Who is told to be the first. */
  readonly first: number | undefined
  readonly says: RegExp
}

describe('of ranks that are ended when one has failed', () => {
  it.each<Launched>([
    {
      kind: 'hangs',
      code: 'PEERS_LOST',
      ranks: [0, 2],
      first: 1,
      says: /NCCL watchdog: collective .*none says why\. Rank 1 fell silent first, at step 5 .*to step 11; nothing else is known/,
    },
    {
      kind: 'service',
      code: 'RANK_FAILED',
      ranks: [1],
      first: 1,
      says: /rank 1 raised OSError: reading s3:/,
    },
    ...seldom<Launched>(
      {
        kind: 'leaves',
        code: 'RANK_LEFT',
        ranks: [1],
        first: 1,
        says: /rank 1 ended well at step 5, the others went on to step 11, and ranks 0 and 2 missed it/,
      },
      { kind: 'wording', code: 'RANK_FAILED', ranks: [1], first: 1, says: /rank 1 raised ValueError/ },
      {
        kind: 'cleans-up',
        code: 'PEERS_LOST',
        ranks: [0, 2],
        first: undefined,
        says: /none says why/,
      },
    ),
  ])('it is never their launcher: $kind', async ({ kind, code, ranks, first, says }) => {
    const [place, saveDir] = [folder(), folder()]
    fs.writeFileSync(path.join(place, 'train.py'), launched)
    const run = ['run', '-n', '3', '--provenance-save-dir', saveDir, '--collect-all-processes', '--']
    const ended = await provloom([...run, 'python3', path.join(place, 'train.py'), kind, place])
    expect(ended.code).toBe(1)
    const { answer, words } = await saidOf(saveDir)
    const [gravest] = answer.findings
    table.push(`${kind.padEnd(16)} ${words.split('\n')[0]}`)
    expect(gravest?.code, words).toBe(code)
    // Of two that miss another one the second may be ended before it says so.
    expect(ranks).toEqual(expect.arrayContaining([...(gravest?.ranks ?? [])]))
    if (first !== undefined) expect(answer.first?.rank, words).toBe(first)
    expect(words).toMatch(says)
    expect(words).not.toMatch(/from outside/)
    const { runs } = await openReader(saveDir).runs()
    expect(runs[0]?.finding?.text).not.toMatch(/from outside/)
  })
})
