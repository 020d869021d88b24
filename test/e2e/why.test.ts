import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { WhyAnswer } from '@provloom/reader'
import { folder, provloom, startProvloom } from '../support/cli.ts'
import { enduring, seldom } from '../support/effort.ts'
import { inGroup } from '../support/job.ts'

vi.setConfig({ testTimeout: 240_000 })

/**
 * Four ranks that go in lockstep over real sockets: who is gone is missed by all others. They log what a step timer logs, and
 * one thing of it goes wrong.
 */
const script = `
import os, resource, signal, socket, sys, time
import provloom
fault, meet = sys.argv[1:]
rank, odd = int(os.environ["RANK"]), int(os.environ["RANK"]) == 2
provloom.start_run("www.example.org", "why", collect_all_processes=True)
provloom.log_param("seed", 8 if fault == "differs" and odd else 7)

def received(peer):
    if peer.recv(1) == b"":
        raise ConnectionResetError(104, "Connection reset by peer")

def met(address):
    while True:
        try:
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(address)
            return peer
        except OSError:
            time.sleep(0.01)

world = 3 if fault == "absent" else 4
if rank == 0:
    door = socket.socket(socket.AF_UNIX)
    door.bind(meet)
    door.listen()
    peers = [door.accept()[0] for _ in range(world - 1)]
else:
    peers = [met(meet)]

def together():
    if rank == 0:
        for peer in peers: received(peer)
        for peer in peers: peer.sendall(b"x")
    else:
        peers[0].sendall(b"x")
        received(peers[0])

slow = {"slow-rank": odd, "slow-device": os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-1"}.get(fault, False)
with provloom.Context.TRAINING:
    for step in range(40):
        begin = time.perf_counter()
        time.sleep(0.03 if fault == "waiting" else 0.001)
        loaded = time.perf_counter()
        time.sleep(0.08 if slow else 0.01)
        if odd and step == 20:
            if fault == "error": raise FloatingPointError("loss is not finite")
            if fault == "killed": os.kill(os.getpid(), signal.SIGKILL)
            if fault == "lost":
                os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
            if fault == "memory":
                resource.setrlimit(resource.RLIMIT_AS, (2 ** 30, 2 ** 30))
                bytearray(2 ** 32)
            if fault == "disk":
                with open("/dev/full", "wb", buffering=0) as full: full.write(b"x")
        computed = time.perf_counter()
        provloom.log_metric("wait_time", loaded - begin, step=step, source="data")
        provloom.log_metric("compute_time", computed - loaded, step=step, source="step")
        together()
        loss = float("nan") if fault == "nan" and step > 20 - odd else 1 / (step + 1)
        provloom.log_metric("loss", loss, step=step)
provloom.end_run()
`

/** Runs it as four ranks, or three of four. @returns what is said of it, and with which exit code */
async function asked(fault: string): Promise<readonly [WhyAnswer, code: number | null, words: string]> {
  const [saveDir, spoolRoot, place] = [folder(), folder(), folder()]
  const file = path.join(place, 'train.py')
  fs.writeFileSync(file, script)
  const shared = ['--provenance-save-dir', saveDir, '--job-key', `job-${path.basename(place)}`]
  const names = ['--experiment-name', 'why', '--prov-user-namespace', 'www.example.org']
  const collecting = ['--collect-all-processes', '--exit-when-done', '--json']
  const aggregator = startProvloom(['aggregator', ...shared, ...names, ...collecting])
  for (const rank of fault === 'absent' ? [0, 1, 3] : [0, 1, 2, 3]) {
    const agent = ['agent', ...shared, '--spool-root', spoolRoot, '--sample-interval-seconds', '0']
    inGroup([...agent, '--', 'python3', file, fault, path.join(place, 'door')], {
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: '4',
      PROVLOOM_NO_MACHINE: '1',
      CUDA_VISIBLE_DEVICES: rank < 2 ? 'GPU-0' : 'GPU-1',
    })
  }
  // It is waited for ten minutes, as long as it may come back.
  if (fault === 'lost')
    await aggregator.seen(/"kind":"rank-lost"/).then(() => aggregator.child.kill('SIGTERM'))
  await aggregator.ended
  const json = await provloom(['why', '--dir', saveDir, '--json'])
  const words = await provloom(['why', '--dir', saveDir])
  return [JSON.parse(json.stdout), json.code, words.stdout]
}

const cases = [
  ['killed', 'RANK_KILLED', [2]],
  ['slow-rank', 'RANK_SLOW', [2]],
  ...seldom(
    ['error', 'RANK_FAILED', [2]] as const,
    ['lost', 'RANK_LOST', [2]] as const,
    ['absent', 'RANKS_ABSENT', [2]] as const,
    ['memory', 'OUT_OF_MEMORY', [2]] as const,
    ['disk', 'DISK_FULL', [2]] as const,
    ['nan', 'NAN_FIRST_SEEN', [2]] as const,
    ['slow-device', 'DEVICE_SLOW', [2, 3]] as const,
    ['differs', 'RANKS_DIFFER', [2]] as const,
    ['waiting', 'WAITING_FOR_DATA', []] as const,
  ),
] as const

describe('of four real ranks', () => {
  it.each(cases)('it is said why where one has the fault %s', async (fault, code, ranks) => {
    const [answer, exit, words] = await asked(fault)
    const [first] = answer.findings
    if (enduring) process.stdout.write(`${words}\n`)
    expect([first?.code, first?.ranks, exit], words).toEqual([code, ranks, 1])
    expect(words.startsWith(answer.verdict)).toBe(true)
  })

  it('nothing is said where nothing is amiss', async () => {
    const [{ findings }, exit, words] = await asked('nothing')
    expect([findings, exit], words).toEqual([[], 0])
  })
})
