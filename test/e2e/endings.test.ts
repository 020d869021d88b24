import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ProvRecord } from '@provloom/prov'
import { binFolder, cleanEnvironment, folder, provloom, repository, start } from '../support/cli.ts'
import { enduring } from '../support/effort.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { hasTorch, named, systemPython } from '../support/needs.ts'

vi.setConfig({ testTimeout: 180_000 })

const bin = path.join(repository, 'packages/cli/bin/provloom.js')

interface Member {
  readonly child: ChildProcess
  readonly output: () => string
  /** Its process group gets the signal, as from a launcher or a terminal. */
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  said(pattern: RegExp): Promise<RegExpMatchArray>
}

/** A `provloom` with a process group of its own; what is left of the group when the test ends is killed. */
function member(args: readonly string[], env: Readonly<Record<string, string>> = {}): Member {
  const child = spawn(process.execPath, [bin, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), NO_COLOR: '1', ...env },
  })
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name)
    } catch {
      // The group is gone.
    }
  }
  onTestFinished(() => signal('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString()
      child.emit('said')
    })
  }
  return {
    child,
    output: () => output,
    signal,
    ended: once(child, 'exit').then(() => ({ code: child.exitCode, signal: child.signalCode })),
    said: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const match = output.match(pattern)
          if (match !== null) resolve(match)
        }
        child.on('said', look)
        look()
      }),
  }
}

/** The way to what one test makes. */
interface Place {
  readonly saveDir: string
  readonly spoolRoot: string
  script(text: string): string
}

function place(): Place {
  const saveDir = folder()
  const scripts = folder()
  return {
    saveDir,
    spoolRoot: folder(),
    script(text) {
      const file = path.join(scripts, `w${fs.readdirSync(scripts).length}.py`)
      fs.writeFileSync(file, text)
      return file
    },
  }
}

async function aggregatorIn({ saveDir }: Place, ...more: readonly string[]): Promise<Member> {
  const names = ['--experiment-name', 'x', '--prov-user-namespace', 'www.example.org']
  const aggregator = member(['aggregator', ...names, '--provenance-save-dir', saveDir, '--json', ...more])
  await aggregator.said(/"kind":"listening"/)
  return aggregator
}

function agentIn(
  { saveDir, spoolRoot }: Place,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Member {
  const options = ['--provenance-save-dir', saveDir, '--spool-root', spoolRoot]
  return member(['agent', ...options, '--sample-interval-seconds', '0', '--', ...command], env)
}

/** One rank under `provloom run`; its only rank execution. */
async function runOne(
  where: Place,
  command: readonly string[],
): Promise<{ graph: Graph; rank: ProvRecord; code: number | null }> {
  const options = ['--provenance-save-dir', where.saveDir, '--spool-root', where.spoolRoot]
  const { code } = await provloom(['run', ...options, '--', ...command])
  const graph = new Graph(onlyRun(where.saveDir))
  expect(graph.violations()).toEqual([])
  return { graph, rank: graph.ofType('RankExecution')[0]!, code }
}

function told(graph: Graph, attribute: string): string[] {
  return graph.each(graph.ofType('RankExecution'), attribute)
}

function runStatus(graph: Graph): string | undefined {
  return graph.value(graph.ofType('Run')[0]!, 'status')
}

const logging = `
import os, signal, sys, time, provloom
provloom.start_run("www.example.org", "x")
provloom.log_param("lr", 0.1)
`

describe('the graph says that a rank', () => {
  it('completed, by which launcher', async () => {
    const { graph, rank, code } = await runOne(place(), ['true'])
    expect(code).toBe(0)
    expect([graph.value(rank, 'status'), graph.value(rank, 'exitCode')]).toEqual(['completed', '0'])
    expect(runStatus(graph)).toBe('completed')
    expect(graph.value(graph.ofType('Run')[0]!, 'launcher')).toBe('provloom run')
  })

  it('failed, with its exit code and the last lines of its error', async () => {
    const where = place()
    const file = where.script(`${logging}\ndef shape():\n    raise ValueError("shapes differ")\nshape()\n`)
    const { graph, rank, code } = await runOne(where, ['python3', file])
    expect(code).toBe(1)
    expect([graph.value(rank, 'status'), graph.value(rank, 'exitCode')]).toEqual(['failed', '1'])
    expect(graph.value(rank, 'error')).toMatch(/in shape[^]*ValueError: shapes differ$/)
    expect(runStatus(graph)).toBe('failed')
  })

  it('failed, and nothing is invented for a worker that tells nothing of itself', async () => {
    const { graph, rank, code } = await runOne(place(), ['sh', '-c', 'echo lost >&2; exit 3'])
    expect(code).toBe(3)
    expect([graph.value(rank, 'status'), graph.value(rank, 'exitCode')]).toEqual(['failed', '3'])
    expect(graph.value(rank, 'error')).toBeUndefined()
  })

  it('was killed, with its signal', async () => {
    const where = place()
    const file = where.script(`${logging}\nos.kill(os.getpid(), signal.SIGKILL)\n`)
    const { graph, rank, code } = await runOne(where, ['python3', file])
    expect(code).toBe(137)
    expect([graph.value(rank, 'status'), graph.value(rank, 'signal')]).toEqual(['killed', 'SIGKILL'])
    expect(graph.value(rank, 'exitCode')).toBeUndefined()
    expect(runStatus(graph)).toBe('killed')
    expect(graph.labelled('lr')).not.toEqual([])
  })

  it('ended before its agent had heard from it', async () => {
    const where = place()
    const aggregator = await aggregatorIn(where)
    const agent = agentIn(where, ['sh', '-c', 'exit 4'])
    expect(await agent.ended).toEqual({ code: 4, signal: null })
    aggregator.signal('SIGTERM')
    await aggregator.ended
    const graph = new Graph(onlyRun(where.saveDir))
    expect(graph.violations()).toEqual([])
    expect([told(graph, 'status'), told(graph, 'exitCode')]).toEqual([['failed'], ['4']])
    expect(fs.readdirSync(where.spoolRoot)).toEqual([])
  })

  it('completed, though a process that it forked goes on, whose logs are in the graph as well', async () => {
    const where = place()
    const aggregator = await aggregatorIn(where)
    const file = where.script(
      `${logging}
if os.fork() == 0:
    for step in range(21):
        provloom.log_metric("late", step / 7, step=step)
        time.sleep(0.05)
    os._exit(0)
provloom.log_metric("early", 1.0, step=0)
time.sleep(0.5)
`,
    )
    const agent = agentIn(where, ['python3', file])
    expect(await agent.ended).toEqual({ code: 0, signal: null })
    await aggregator.said(/"kind":"run-finished"/)
    aggregator.signal('SIGTERM')
    await aggregator.ended
    const graph = new Graph(onlyRun(where.saveDir))
    expect(graph.violations()).toEqual([])
    expect(told(graph, 'status')).toEqual(['completed'])
    const [late] = graph
      .ofType('ModelEvaluation')
      .filter((one) => graph.value(one, 'label')?.includes('late'))
    expect(graph.value(late!, 'rows')).toBe('21')
    expect(graph.labelled('early')).not.toEqual([])
    // The agent that served it to its end leaves after it.
    await expect.poll(() => fs.readdirSync(where.spoolRoot), { timeout: 20_000 }).toEqual([])
  })

  it('is lost, when it is not heard any more', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- endings')
    const where = place()
    const aggregator = await aggregatorIn(where)
    const file = where.script(`${logging}\nprint("ready", flush=True)\ntime.sleep(1000)\n`)
    const agent = agentIn(where, ['python3', file])
    await agent.said(/ready/)
    await aggregator.said(/"kind":"rank-admitted"/)
    agent.signal('SIGKILL')
    await aggregator.said(/"kind":"rank-lost"/)
    aggregator.signal('SIGTERM')
    await aggregator.ended
    const graph = new Graph(onlyRun(where.saveDir))
    expect(graph.violations()).toEqual([])
    expect(told(graph, 'status')).toEqual(['lost'])
    expect(runStatus(graph)).toBe('lost')
  })

  it('is incomplete, when the aggregator was stopped first', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- endings')
    const where = place()
    const aggregator = await aggregatorIn(where)
    const file = where.script(`${logging}\nprint("ready", flush=True)\ntime.sleep(1000)\n`)
    const agent = agentIn(where, ['python3', file])
    await agent.said(/ready/)
    await aggregator.said(/"kind":"rank-admitted"/)
    aggregator.signal('SIGTERM')
    expect((await aggregator.ended).code).toBe(0)
    const graph = new Graph(onlyRun(where.saveDir))
    expect(graph.violations()).toEqual([])
    expect(told(graph, 'status')).toEqual(['incomplete'])
    expect(runStatus(graph)).toBe('incomplete')
    expect(agent.child.exitCode).toBeNull()
  })
})

/** Saves for a while when it is asked to end, and logs that; then ends by the signal, as a script without a handler. */
function saving(seconds: number): string {
  return `${logging}
def save(number, frame):
    time.sleep(${seconds})
    provloom.log_param("saved", True)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
signal.signal(signal.SIGTERM, save)
print("ready", flush=True)
while True:
    time.sleep(0.05)
`
}

describe('a job that is cancelled', () => {
  it.each([
    ['30 s', 30_000, enduring ? 15 : 1],
    enduring ? ['2 s', 2_000, 0.3] : ['10 s', 10_000, 0.3],
  ] as const)(
    'by SIGTERM to all of it, with %s until SIGKILL, is in the graph whole',
    async (_, graceMs, savingSeconds) => {
      const where = place()
      const aggregator = await aggregatorIn(where, '--collect-all-processes')
      const file = where.script(saving(savingSeconds))
      const agents = [0, 1].map((rank) =>
        agentIn(where, ['python3', file], {
          RANK: String(rank),
          LOCAL_RANK: String(rank),
          WORLD_SIZE: '2',
          MASTER_ADDR: 'n1',
        }),
      )
      for (const agent of agents) await agent.said(/ready/)
      await aggregator.said(/"kind":"rank-admitted"[^]*"kind":"rank-admitted"/)
      const all = [...agents, aggregator]
      const late: Member[] = []
      for (const one of all) one.signal('SIGTERM')
      const kill = setTimeout(() => {
        for (const one of all.filter(({ child }) => child.exitCode === null && child.signalCode === null)) {
          late.push(one)
          one.signal('SIGKILL')
        }
      }, graceMs)
      const ends = await Promise.all(all.map((one) => one.ended))
      clearTimeout(kill)
      expect(late, 'killed at the end of its grace').toEqual([])
      expect(ends).toEqual([
        { code: null, signal: 'SIGTERM' },
        { code: null, signal: 'SIGTERM' },
        { code: 0, signal: null },
      ])
      const graph = new Graph(onlyRun(where.saveDir))
      expect(graph.violations()).toEqual([])
      expect([told(graph, 'status'), told(graph, 'signal')]).toEqual([
        ['killed', 'killed'],
        ['SIGTERM', 'SIGTERM'],
      ])
      expect(graph.labelled('saved')).not.toEqual([])
      expect(fs.existsSync(path.join(onlyRun(where.saveDir), 'journal'))).toBe(false)
      expect(fs.readdirSync(where.spoolRoot)).toEqual([])
    },
  )

  it('by Ctrl-C, which reaches the whole process group, ends cleanly and says so', async () => {
    const where = place()
    const file = where.script(`${logging}\nprint("ready", flush=True)\nwhile True:\n    time.sleep(0.05)\n`)
    const options = ['--provenance-save-dir', where.saveDir, '--spool-root', where.spoolRoot]
    const job = member(['run', '-n', '2', '--collect-all-processes', ...options, '--', 'python3', file])
    await job.said(/ready[^]*ready/)
    job.signal('SIGINT')
    expect((await job.ended).code).toBe(130)
    const graph = new Graph(onlyRun(where.saveDir))
    expect(graph.violations()).toEqual([])
    expect([told(graph, 'status'), told(graph, 'signal')]).toEqual([
      ['killed', 'killed'],
      ['SIGINT', 'SIGINT'],
    ])
    expect(told(graph, 'error').every((error) => error.includes('KeyboardInterrupt'))).toBe(true)
    expect(runStatus(graph)).toBe('killed')
    expect(fs.existsSync(path.join(onlyRun(where.saveDir), 'journal'))).toBe(false)
    expect(fs.readdirSync(where.spoolRoot)).toEqual([])
  })
})

describe('a second attempt of a rank', () => {
  it.skipIf(!hasTorch)(
    named('by torchrun is linked to the first, in one graph', hasTorch, 'needs python3-torch'),
    async () => {
      const where = place()
      const aggregator = await aggregatorIn(where, '--collect-all-processes')
      const file = where.script(
        `${logging}\nattempt = os.environ["TORCHELASTIC_RESTART_COUNT"]\nprovloom.log_param("attempt", attempt)\nif attempt == "0":\n    raise RuntimeError("the first time it fails")\n`,
      )
      const launch = ['-m', 'torch.distributed.run', '--no_python', '--nproc_per_node', '1', '--standalone']
      const options = ['--max_restarts', '1', '-r', '9:3', '-t', '9:3', '--log_dir', folder()]
      const job = await start(
        systemPython,
        [...launch, ...options, 'provloom', 'agent', '--', systemPython, file],
        {
          env: {
            PATH: `${binFolder()}:${process.env['PATH']}`,
            OMP_NUM_THREADS: '1',
            PROVLOOM_PROVENANCE_SAVE_DIR: where.saveDir,
            PROVLOOM_SPOOL_ROOT: where.spoolRoot,
          },
        },
      ).ended
      expect(job.code, job.stderr).toBe(0)
      await aggregator.said(/"kind":"run-finished"/)
      aggregator.signal('SIGTERM')
      await aggregator.ended
      const graph = new Graph(onlyRun(where.saveDir))
      expect(graph.violations()).toEqual([])
      const attempts = graph.ofType('RankExecution')
      const of = (attempt: string): ProvRecord =>
        attempts.find((one) => graph.value(one, 'attempt') === attempt)!
      expect([graph.value(of('0'), 'status'), graph.value(of('1'), 'status')]).toEqual([
        'failed',
        'completed',
      ])
      expect(graph.value(of('0'), 'error')).toContain('the first time it fails')
      const informed = graph
        .relations('wasInformedBy')
        .map(({ args }) => [args['informed']?.local, args['informant']?.local])
      expect(informed).toContainEqual(['attempt-1', 'attempt-0'])
      expect(runStatus(graph)).toBe('completed')
    },
  )
})
