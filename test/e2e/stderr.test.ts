import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { bin, folder, repository, start } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { until } from '../support/job.ts'

/** Dies of what no Python sees, after words that no Python wrote. */
const script = `
import os, sys, provloom
run = provloom.start_run("www.example.org", "x", collect_all_processes=True)
while run.directory is None:
    pass
who = b"rank " + os.environ.get("RANK", "0").encode()
os.write(2, b"loading 1%\\rloading 100%\\n\\x1b[31m" + who + b": CUDA error\\x1b[0m, password=hunter2hunter2\\n")
# The first that ends has the others ended.
beside = os.path.dirname(sys.argv[0])
open(os.path.join(beside, "wrote" + os.environ.get("RANK", "0")), "w").close()
while sum(name.startswith("wrote") for name in os.listdir(beside)) < int(os.environ.get("WORLD_SIZE", "1")):
    pass
if sys.argv[1] == "dies":
    os.kill(os.getpid(), 11)
if sys.argv[1] == "raises":
    raise ValueError("no such loss")
provloom.end_run()
`

class Place {
  readonly saveDir: string = folder()
  readonly work: string = folder()
  readonly train: string = path.join(this.work, 'train.py')
  readonly log: string = path.join(this.work, 'rank.log')
  readonly environment = {
    PROVLOOM_PROVENANCE_SAVE_DIR: this.saveDir,
    PROVLOOM_BIN: bin,
    PYTHONPATH: path.join(repository, 'clients/python'),
    PROVLOOM_SPOOL_ROOT: path.join(this.work, 'spools'),
  }

  constructor() {
    fs.writeFileSync(this.train, script)
    fs.writeFileSync(this.log, 'what was there before\n')
  }

  /** A shell's command line; `RUN` is our command. */
  async shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Result> {
    const words = line
      .replaceAll('RUN', `"${bin}"`)
      .replaceAll('TRAIN', this.train)
      .replaceAll('LOG', this.log)
    return start('sh', ['-c', words], { env: { ...this.environment, ...env } }).ended
  }

  get isOver(): boolean {
    const [run] = fs.readdirSync(this.saveDir).filter((name) => !name.startsWith('.'))
    const file = path.join(this.saveDir, run ?? '', 'run.json')
    return run !== undefined && fs.existsSync(file) && !fs.readFileSync(file, 'utf8').includes('"running"')
  }

  ranks(): { graph: Graph; words: (string | undefined)[] } {
    const graph = new Graph(onlyRun(this.saveDir))
    const ranks = graph.ofType('RankExecution')
    return { graph, words: ranks.map((rank) => graph.value(rank, 'stderr')) }
  }
}

const words = 'loading 100%\nrank 0: CUDA error, password=***'

test.each([
  ['in a run of its own', 'RUN run -n 1 -- python3 TRAIN dies 2>> LOG'],
  ['with a shell between', `RUN run -n 1 -- sh -c "python3 TRAIN dies 2>> LOG; exit 9"`],
  ['started plainly', 'python3 TRAIN dies 2>> LOG'],
])(
  'a rank that dies of what it cannot tell has its last words from the file that it wrote them to, %s',
  async (_, line) => {
    const here = new Place()
    await here.shell(line)
    // Its agent may outlive it.
    await until(() => here.isOver)
    const { words: told } = here.ranks()
    // What a shell says of it may follow.
    expect(told).toEqual([expect.stringMatching(new RegExp(`^${words.replaceAll('*', '\\*')}`))])
  },
)

test('nobody’s words are recorded who does not want it, and none of a rank that ended well', async () => {
  for (const [line, env] of [
    ['RUN run -n 1 --disable-stderr -- python3 TRAIN dies 2>> LOG', {}],
    ['RUN run -n 1 -- python3 TRAIN dies 2>> LOG', { PROVLOOM_DISABLE_STDERR: '1' }],
    ['RUN run -n 1 -- python3 TRAIN well 2>> LOG', {}],
  ] as const) {
    const here = new Place()
    await here.shell(line, env)
    expect(here.ranks().words, line).toEqual([undefined])
  }
})

test('of ranks that share a file nobody knows whose a line is, and of those with a file each their own is told', async () => {
  const shared = new Place()
  await shared.shell('RUN run -n 2 -- python3 TRAIN dies 2>> LOG')
  expect(shared.ranks().words).toEqual([undefined, undefined])
  const apart = new Place()
  await apart.shell(`RUN run -n 2 -- sh -c 'exec python3 TRAIN dies 2>> LOG.$RANK'`)
  expect(new Set(apart.ranks().words)).toEqual(new Set([words, words.replace('rank 0', 'rank 1')]))
})

test('what goes to a pipe is not read by us; the exception that the client saw is what there is', async () => {
  const here = new Place()
  const done = await here.shell('RUN run -n 1 -- python3 TRAIN raises')
  expect(done.stderr).toContain('CUDA error')
  const { graph, words: told } = here.ranks()
  expect(told).toEqual([undefined])
  expect(graph.each(graph.ofType('RankExecution'), 'error')).toEqual([
    expect.stringContaining('ValueError: no such loss'),
  ])
})
