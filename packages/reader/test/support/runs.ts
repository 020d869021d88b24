import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { RankSummary, RunHead } from '@provloom/rundir'
import { writeRunFile } from '@provloom/rundir/internal'
import { attemptOf, rankOf, removeFolder, runIdFrom, systemFiles } from '@provloom/shared'
import type { RankStatus } from '@provloom/shared'

export function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-reader-'))
  onTestFinished(() => removeFolder(made))
  return made
}

export interface RunLike {
  readonly name: string
  readonly experiment?: string
  /** Seconds since the first run. */
  readonly second?: number
  readonly status?: RankStatus | 'running'
  readonly finished?: boolean
  readonly params?: Readonly<Record<string, number | string>>
  /** By key the last value, which is the largest too. */
  readonly metrics?: Readonly<Record<string, number | 'NaN'>>
  readonly outputs?: RunHead['outputs']['shown']
  readonly inputs?: RunHead['inputs']['shown']
  readonly head?: Partial<RunHead>
  /** How many; two unless told. */
  readonly ranks?: number
  /** What is other of a rank. */
  readonly of?: (rank: number) => Partial<RankSummary>
}

let made = 0

/** A run directory of two ranks as far as run.json tells of it. @returns its run id */
export async function makeRun(saveDir: string, like: RunLike): Promise<string> {
  const {
    name,
    experiment = 'digits',
    second = made,
    status = 'completed',
    finished = status !== 'running',
  } = like
  const runDir = path.join(saveDir, name)
  fs.mkdirSync(runDir, { recursive: true })
  const runId = runIdFrom(
    `${(made * 0x1357 + 0x1000_0000).toString(16).slice(-8)}-5ac9-774b-8bce-${String(made).padStart(12, '0')}`,
  )!
  const number = made++
  const ledger = { sent: 10, stored: 10, dropped: 0 }
  const startUs = Date.parse('2026-11-26T19:57:11Z') * 1000 + second * 1e6
  const settings = {
    provUserNamespace: 'www.example.org',
    experimentName: experiment,
    collectAllProcesses: true,
    saveAfterNLogs: 100,
  }
  await writeRunFile(
    systemFiles(),
    { runId, runDir, number, jobKey: 'j', ordinal: 0, settings },
    {
      finished,
      journalPosition: 7,
      files: [],
      head: headOf(like),
      summary: {
        runId,
        status,
        startUs,
        ...(status === 'running' ? {} : { endUs: startUs + 3e6 }),
        worldSize: like.ranks ?? 2,
        ranks: Array.from({ length: like.ranks ?? 2 }, (_, rank) => ({
          rank: rankOf(rank),
          attempt: attemptOf(0),
          status,
          host: `n0${rank}`,
          lastStep: 20,
          ...ledger,
          ...like.of?.(rank),
        })),
        ranksRefused: 0,
        conflicts: 0,
        absent: [],
        problems: 0,
        problemKinds: [],
        hints: [],
        logs: 10,
        total: { sent: 20, stored: 20, dropped: 0 },
        parts: [],
      },
    },
  )
  return runId
}

function headOf({ params = {}, metrics = {}, inputs = [], outputs = [], head = {} }: RunLike): RunHead {
  return {
    users: ['ada'],
    hosts: { shown: ['n00', 'n01'], more: 0 },
    params: { shown: Object.entries(params).map(([name, value]) => ({ name, value, ranks: 2 })), more: 0 },
    metrics: {
      shown: Object.entries(metrics).map(([name, value]) => {
        const [context, key = ''] = name.split('.')
        const extremes = value === 'NaN' ? {} : { min: value - 1, minStep: 0, max: value, maxStep: 20 }
        return {
          key,
          context: context!,
          ranks: 2,
          points: 40,
          first: 1,
          last: value,
          ...extremes,
          firstStep: 0,
          lastStep: 20,
          seconds: 2,
        }
      }),
      more: 0,
    },
    inputs: { shown: inputs, more: 0 },
    outputs: { shown: outputs, more: 0 },
    energy: [],
    notMeasured: [],
    ...head,
  }
}
