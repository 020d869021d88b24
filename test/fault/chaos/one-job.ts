import fs from 'node:fs'
import path from 'node:path'
import { createAgent } from '@provloom/agent/process'
import type { AgentOutcome } from '@provloom/agent/process'
import { createAggregator } from '@provloom/aggregator'
import type { Files } from '@provloom/shared'
import { readRun } from './found.ts'
import type { FoundRun } from './found.ts'
import { readProgress } from './known.ts'
import type { KnownAttempt, WorkerPlan } from './known.ts'
import { sessionPlans } from './plan.ts'
import { repository } from './place.ts'

export interface OneJobOptions {
  readonly folder: string
  readonly ranks: number
  /** Calls of each worker; `Infinity` logs until it is killed. */
  readonly calls: number
  readonly series: number
  readonly payload: number
  /** Workers that run at the same time. */
  readonly together: number
  readonly aggregatorFiles?: Files
  readonly spoolRoot?: string
  readonly saveDir?: string
  /** What is done to a worker, once it has begun to log. */
  readonly meanwhile?: (rank: number, pid: number, progress: string) => Promise<void>
}

export interface OneJob {
  readonly known: readonly KnownAttempt[]
  readonly outcomes: readonly AgentOutcome[]
  readonly found: FoundRun
}

/** A job with real workers, agents and ZeroMQ, agents and aggregator being in this process: many trials in short time. */
export async function oneJob(options: OneJobOptions): Promise<OneJob> {
  const saveDir = options.saveDir ?? path.join(options.folder, 'prov')
  const aggregator = createAggregator(
    {
      experimentName: 'chaos',
      provUserNamespace: 'http://example.org/',
      provenanceSaveDir: saveDir,
      collectAllProcesses: true,
      saveAfterNLogs: 1_000_000,
      host: '127.0.0.1',
      exitWhenDone: true,
    },
    options.aggregatorFiles === undefined ? {} : { files: options.aggregatorFiles },
  )
  await aggregator.start()
  fs.writeFileSync(paceFile(options), '1')
  const outcomes: AgentOutcome[] = []
  let next = 0
  const trials = async (): Promise<void> => {
    for (let rank = next++; rank < options.ranks; rank = next++)
      outcomes[rank] = await trial(options, rank, aggregator.connectionFile)
  }
  await Promise.all(Array.from({ length: options.together }, trials))
  await aggregator.done
  await aggregator.stop(10_000)
  const name = fs.readdirSync(saveDir).find((one) => one.startsWith('chaos_'))!
  const known = outcomes.map((outcome, rank) => knownOf(options, rank, outcome))
  return { known, outcomes, found: await readRun(path.join(saveDir, name)) }
}

async function trial(options: OneJobOptions, rank: number, connection: string): Promise<AgentOutcome> {
  const progress = progressFile(options, rank)
  const calls = Math.min(options.calls, 1_000_000)
  const { series, payload } = options
  const sessions = sessionPlans({ sessions: 1 }, calls)
  const plan: WorkerPlan = { series, payload, total: calls, progress, pace: paceFile(options), sessions }
  const script = path.join(repository, 'test/fault/chaos/worker.py')
  const agent = createAgent({
    mode: { kind: 'command', argv: ['python3', script, JSON.stringify(plan)] },
    environment: {
      PATH: process.env['PATH'],
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: String(options.ranks),
      LOCAL_WORLD_SIZE: String(options.ranks),
      TORCHELASTIC_RUN_ID: 'one-job',
    },
    pythonPath: path.join(repository, 'clients/python'),
    say: () => {},
    connection,
    spoolRoot: options.spoolRoot ?? path.join(options.folder, 'spools'),
    sampleIntervalSeconds: 0,
    disableCodecarbon: true,
  })
  await agent.start()
  if (options.meanwhile !== undefined) {
    for (;;) {
      const [{ pid, state } = { pid: 0, state: 'none' }] = readProgress(progress)
      if (state !== 'none' && state !== 'begins') {
        await options.meanwhile(rank, pid, progress)
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  return await agent.done
}

function paceFile(options: OneJobOptions): string {
  return path.join(options.folder, 'pace')
}

function progressFile(options: OneJobOptions, rank: number): string {
  return path.join(options.folder, `progress.${rank}`)
}

function knownOf(options: OneJobOptions, rank: number, outcome: AgentOutcome): KnownAttempt {
  const { pid, returned } = readProgress(progressFile(options, rank))[0]!
  const killed = outcome.kind === 'killed'
  const begun = returned + (killed ? 1 : 0)
  return { rank, attempt: 0, pid, first: 0, returned, begun, killed, endSeen: true }
}
