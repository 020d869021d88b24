import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { WhyAnswer } from '@provloom/reader'
import { folder, provloom, startProvloom } from './cli.ts'
import { inGroup } from './job.ts'

/**
 * Ranks that go in lockstep over real sockets: who is gone is missed by all others. In the middle they wait for a file, which
 * is made when all of them are known.
 */
const script = `
import ctypes, os, resource, signal, socket, sys, time
import provloom
fault, place, room = sys.argv[1:]
rank, odd = int(os.environ["RANK"]), int(os.environ["RANK"]) == 2
provloom.start_run("www.example.org", "why", collect_all_processes=True)
provloom.log_param("seed", 8 if fault == "seed" and odd else 7)
data = os.path.join(place, "data2.csv" if fault == "data" and odd else "data.csv")
provloom.log_dataset("digits", data)

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
    door.bind(os.path.join(place, "door"))
    door.listen()
    peers = [door.accept()[0] for _ in range(world - 1)]
else:
    peers = [met(os.path.join(place, "door"))]

def together():
    if rank == 0:
        for peer in peers: received(peer)
        for peer in peers: peer.sendall(b"x")
    else:
        peers[0].sendall(b"x")
        received(peers[0])

def happens():
    if fault == "error": raise FloatingPointError("loss is not finite")
    if fault == "killed": os.kill(os.getpid(), signal.SIGKILL)
    if fault == "crashed": ctypes.string_at(0)
    if fault == "exits": os._exit(3)
    if fault in ("lost", "host-lost"):
        os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "memory":
        resource.setrlimit(resource.RLIMIT_AS, (2 ** 30, 2 ** 30))
        bytearray(2 ** 32)
    if fault == "memory-of-group":
        pieces = []
        while True: pieces.append(b"x" * 2 ** 24)
    if fault == "disk":
        with open(os.path.join(room, "checkpoint"), "wb", buffering=0) as file:
            while True:
                if file.write(b"x" * 2 ** 16) < 2 ** 16: file.write(b"x")

def loader(steps):
    for step in range(steps):
        time.sleep(0.03 if fault == "waiting" or fault == "slow-data" and odd else 0.001)
        yield step

slow = {"slow-rank": odd, "intervals": odd, "arrival": odd, "slow-host": rank >= 2,
        "slow-device": os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-1"}.get(fault, False)

def body(step):
    time.sleep(0.03 if slow else 0.01)
    if step == 20:
        while not os.path.exists(os.path.join(place, "go")): time.sleep(0.002)
        if odd or fault == "host-lost" and rank == 3: happens()
    if fault == "arrival": provloom.log_metric("loss", 1 / (step + 1), step=step)

def after(step):
    loss = float("nan") if fault == "nan" and step > 20 - odd else 1 / (step + 1)
    if fault != "arrival": provloom.log_metric("loss", loss, step=step)
    while fault == "ended" and step == 20: time.sleep(0.01)

with provloom.Context.TRAINING:
    if fault in ("intervals", "arrival"):
        for step in loader(40):
            body(step)
            together()
            after(step)
    elif fault in ("slow-between", "between"):
        for step in range(40):
            time.sleep(0.03 if odd or fault == "between" else 0.001)
            with provloom.step(step):
                body(step)
                with provloom.waiting(): together()
            after(step)
    else:
        for step in provloom.steps(loader(40)):
            body(step)
            with provloom.waiting(): together()
            after(step)
provloom.end_run()
`

/** One of the ranks otherwise than the others. */
export interface Odd {
  /** What stands in front of its agent. */
  readonly front?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly python?: string
  /** Behind its script. */
  readonly more?: string
  readonly spoolRoot?: string
}

export interface FourRanks {
  /** By rank. */
  readonly odd?: Readonly<Record<number, Odd>>
  /** A folder that rank 2 fills. */
  readonly room?: string
  /** Before they go on, all being known. */
  readonly meanwhile?: () => void
  /** When they have gone on: they do not end by themselves. @param agents their process groups */
  readonly afterwards?: (agents: readonly ChildProcess[]) => void
  /** Machine, environment and code are asked for. */
  readonly machine?: boolean
}

/** Runs four ranks, of which one never comes where that is the fault. @returns what is said of it */
export async function whyOfFour(fault: string, more: FourRanks = {}): Promise<Said> {
  const [saveDir, spoolRoot, place] = [folder(), folder(), folder()]
  fs.writeFileSync(path.join(place, 'data.csv'), '1,2\n')
  fs.writeFileSync(path.join(place, 'data2.csv'), '1,3\n')
  const shared = ['--provenance-save-dir', saveDir, '--job-key', `job-${path.basename(place)}`]
  const names = ['--experiment-name', 'why', '--prov-user-namespace', 'www.example.org']
  const collecting = ['--collect-all-processes', '--exit-when-done', '--json']
  const aggregator = startProvloom(['aggregator', ...shared, ...names, ...collecting])
  const ranks = fault === 'absent' ? [0, 1, 3] : [0, 1, 2, 3]
  const agents = ranks.map((rank) => {
    const { front = [], env = {}, python = 'python3', more: text = '', ...own } = more.odd?.[rank] ?? {}
    const file = path.join(place, text === '' ? '' : 'other', 'train.py')
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, `${script}${text}`)
    const spool = ['--spool-root', own.spoolRoot ?? spoolRoot, '--sample-interval-seconds', '0']
    const command = ['--', python, file, fault, place, more.room ?? place]
    const variables = {
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: '4',
      CUDA_VISIBLE_DEVICES: rank < 2 ? 'GPU-0' : 'GPU-1',
      ...(more.machine === true ? {} : { PROVLOOM_NO_MACHINE: '1' }),
      ...env,
    }
    return inGroup(['agent', ...shared, ...spool, ...command], variables, front)
  })
  for (const rank of ranks) await aggregator.seen(new RegExp(`"rank-admitted".*"rank":${rank},`))
  more.meanwhile?.()
  fs.writeFileSync(path.join(place, 'go'), '')
  more.afterwards?.(agents)
  // A lost one is waited for ten minutes, as long as it may come back.
  if (fault === 'lost' || fault === 'host-lost') {
    await aggregator.seen(/"kind":"rank-lost".*"rank":2,/)
    if (fault === 'host-lost') await aggregator.seen(/"kind":"rank-lost".*"rank":3,/)
    aggregator.child.kill('SIGTERM')
  }
  await aggregator.ended
  return await saidOf(saveDir)
}

export interface Said {
  readonly answer: WhyAnswer
  readonly code: number | null
  /** As `provloom why` prints it. */
  readonly words: string
}

/** What is said of a run, the newest unless told. */
export async function saidOf(saveDir: string, run?: string): Promise<Said> {
  const why = ['why', ...(run === undefined ? [] : [run]), '--dir', saveDir]
  const json = await provloom([...why, '--json'])
  const { stdout, code } = await provloom(why)
  return { answer: JSON.parse(json.stdout) as WhyAnswer, code, words: stdout }
}
