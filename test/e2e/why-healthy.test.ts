import fs from 'node:fs'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { openReader } from '@provloom/reader'
import { folder, provloom, repository, start } from '../support/cli.ts'
import { enduring, seldom } from '../support/effort.ts'
import { saidOf } from '../support/four-ranks.ts'
import { hasTorch, named, systemPython } from '../support/needs.ts'

vi.setConfig({ testTimeout: 120_000 })

/** What runs do that go well, and look odd to whoever looks at one rank alone. */
const script = `
import multiprocessing, os, random, signal, subprocess, sys, time
import provloom
from provloom import Context
kind = sys.argv[1]
rank = int(os.environ.get("RANK", "0"))
random.seed(rank)

def work(step, seconds=0.004):
    if kind == "jitter": seconds *= random.uniform(0.5, 2)
    if kind == "warm-up" and step < 3: seconds *= 10 if rank == 0 else 3
    if kind == "checkpoints" and rank == 0 and step % 6 == 5: seconds *= 8
    if kind == "accumulation" and step % 4 == 3: seconds *= 4
    if kind == "stumbles" and step // 5 == rank + 1: seconds *= 3
    time.sleep(seconds)

def train(steps, context=Context.TRAINING):
    with context:
        for step in range(steps):
            if kind == "no-timer": work(step)
            else:
                with provloom.step(step): work(step)
            if kind == "rank-0-logs" and rank != 0: continue
            loss = 1 / (step + 1)
            if kind == "loss-scaling" and step in (3, 4, 17): loss = float("nan")
            if kind == "never-a-number": provloom.log_metric("bleu", float("nan"), step=step)
            provloom.log_metric("loss", loss, step=step)

def child(which):
    provloom.start_run("www.example.org", "healthy", collect_all_processes=True, rank=which, world_size=3)
    train(30)
    provloom.end_run()

if __name__ == "__main__":
    if kind == "no-session" and rank == 3: sys.exit(0)
    if kind == "children":
        children = [multiprocessing.get_context("spawn").Process(target=child, args=(one,)) for one in range(3)]
        for one in children: one.start()
        for one in children: one.join()
        sys.exit(0)
    for session in range(2 if kind == "two-sessions" else 1):
        provloom.start_run("www.example.org", "healthy", collect_all_processes=True)
        provloom.log_param("seed", 7 + rank if kind == "own-seeds" else 7)
        provloom.log_param("verbose", rank == 0)
        if kind == "halves": provloom.log_param("role", "actor" if rank < 2 else "learner")
        if kind == "shards":
            with open("shard%d.csv" % rank, "w") as shard: shard.write("1\\n" * (rank + 1))
            provloom.log_dataset("shard", "shard%d.csv" % rank)
        if kind == "terminated":
            ended = []
            signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
            os.kill(os.getpid(), signal.SIGTERM)
        if kind == "again" and rank == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
            raise RuntimeError("a bad node")
        train(30 + 3 * rank if kind == "shards" else 14 if kind == "stops-early" and rank == 1 else 30)
        if kind == "nested" and rank == 0:
            clean = {k: v for k, v in os.environ.items() if not k.startswith(("RANK", "WORLD", "LOCAL", "PROVLOOM_RANK"))}
            subprocess.run([sys.executable, sys.argv[0], "evaluates"], env=clean, check=True)
        if kind == "validates" and rank == 0: train(20, Context.VALIDATION)
        if kind == "no-end": sys.exit(0)
        provloom.end_run()
`

const kinds = [
  'shards',
  'rank-0-logs',
  ...seldom(
    'plain',
    'own-seeds',
    'halves',
    'jitter',
    'warm-up',
    'checkpoints',
    'accumulation',
    'stumbles',
    'no-timer',
    'loss-scaling',
    'never-a-number',
    'validates',
    'two-sessions',
    'no-session',
    'stops-early',
    'children',
    'nested',
    'terminated',
    'no-end',
  ),
]

function inPlace(): { readonly saveDir: string; readonly options: { readonly cwd: string } } {
  const cwd = folder()
  fs.writeFileSync(path.join(cwd, 'train.py'), script)
  return { saveDir: path.join(cwd, 'prov'), options: { cwd } }
}

/** Of all runs there are. */
async function expectNobodyAccused(saveDir: string): Promise<void> {
  const { runs } = await openReader(saveDir).runs()
  expect(runs.length).toBeGreaterThan(0)
  for (const { run } of runs) {
    const { answer, code, words } = await saidOf(saveDir, run)
    if (enduring) process.stdout.write(`${words}\n`)
    // A note accuses nobody: of ranks that do not wait for each other one may be slower on a machine that has much to do.
    const accused = answer.findings.filter(({ level }) => level !== 'note')
    expect([accused, code], words).toEqual([[], 0])
  }
}

it.each(kinds)('nobody is accused in a run of four ranks that goes well: %s', async (kind) => {
  const { saveDir, options } = inPlace()
  const ranks = kind === 'children' ? '1' : '4'
  const run = ['run', '-n', ranks, '--collect-all-processes', '--provenance-save-dir', saveDir]
  const { code, stderr } = await provloom([...run, '--', 'python3', 'train.py', kind], options)
  expect(code, stderr).toBe(0)
  await expectNobodyAccused(saveDir)
})

it.skipIf(!enduring)(
  named('nobody is accused in a plain run', enduring, 'npm run endure -- why'),
  async () => {
    const { saveDir, options } = inPlace()
    const env = {
      PYTHONPATH: path.join(repository, 'clients/python'),
      PROVLOOM_PROVENANCE_SAVE_DIR: saveDir,
      PROVLOOM_BIN: path.join(repository, 'packages/cli/bin/provloom.js'),
    }
    expect((await start('python3', ['train.py', 'plain'], { ...options, env }).ended).code).toBe(0)
    await expectNobodyAccused(saveDir)
  },
)

const again = enduring && hasTorch
it.skipIf(!again)(
  named('nobody is accused whose rank was started again', again, 'npm run endure -- why, with torch'),
  async () => {
    const { saveDir, options } = inPlace()
    const run = ['run', '-n', '1', '--collect-all-processes', '--provenance-save-dir', saveDir, '--']
    const torchrun = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', '2']
    const words = [...torchrun, '--max_restarts', '1', '-r', '9:3', '-t', '9:3', 'train.py', 'again']
    const { code, stderr } = await provloom([...run, systemPython, ...words], options)
    expect(code, stderr).toBe(0)
    await expectNobodyAccused(saveDir)
  },
)
