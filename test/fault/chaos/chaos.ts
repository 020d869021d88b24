import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { randomFrom } from '../../support/random.ts'
import { AggregatorProcess } from './aggregator-process.ts'
import { Faults } from './faults.ts'
import type { Kills } from './faults.ts'
import { areFinished, judgeRuns } from './judged.ts'
import { Keeper } from './keeper.ts'
import type { Verdict } from './oracle.ts'
import { Place, sleep } from './place.ts'
import { livingMarks } from './processes.ts'
import { Proxy } from './proxy.ts'
import { Ranks } from './ranks.ts'
import type { ChaosSettings } from './settings.ts'

export interface ChaosResult extends Verdict {
  readonly seed: number
  readonly ranks: number
  readonly sessions: number
  readonly kills: Kills
  readonly seconds: number
  /** Where everything is kept when something is wrong. */
  readonly folder: string
  /** Looks at all runs anew, as they lie there then. */
  readonly judge: () => Promise<Verdict>
}

interface Job {
  readonly place: Place
  readonly aggregator: AggregatorProcess
  readonly ranks: Ranks
  readonly keeper: Keeper
}

/**
 * One chaos run: a job of many ranks, its aggregator behind a proxy, faults at random instants, and at the end what is
 * in the graphs compared with what was logged.
 */
export async function chaos(settings: ChaosSettings, say: (line: string) => void): Promise<ChaosResult> {
  const began = performance.now()
  const { seed } = settings
  const random = randomFrom(seed)
  const root = settings.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), `chaos-${seed}-`))
  const place = new Place(root)
  const proxy = new Proxy(random)
  await proxy.listen()
  const aggregator = new AggregatorProcess(place, proxy, settings.saveAfterNLogs)
  const ranks = new Ranks(place, settings)
  // Trees are left at instants that hang on the machine: with a randomness of its own it takes none from the others.
  const keeper = new Keeper(place, randomFrom(seed + 1), settings.absentMs)
  const job = { place, aggregator, ranks, keeper }
  const faults = new Faults(settings, random, { ...job, proxy }, say)
  const problems: string[] = []
  try {
    place.pace(0.01)
    aggregator.start()
    void keeper.run()
    await ranks.start()
    await faults.run()
    place.pace(1)
    problems.push(...(await settled(settings, job, say)))
  } finally {
    await aggregator.stop()
    ranks.end()
    keeper.end()
    proxy.close()
  }
  problems.push(...conduct(job))
  const judge = (): Promise<Verdict> => judgeRuns(settings, place, ranks)
  const verdict = await judge()
  const seconds = Math.round((performance.now() - began) / 100) / 10
  return {
    seed,
    ranks: settings.ranks,
    sessions: settings.sessions,
    ...verdict,
    documentValid: verdict.documentValid && problems.length === 0,
    problems: [...problems, ...verdict.problems],
    kills: faults.kills,
    seconds,
    folder: root,
    judge,
  }
}

/** Waits until everything is delivered and every run has ended, or for too long. @returns what has not */
async function settled(settings: ChaosSettings, job: Job, say: (line: string) => void): Promise<string[]> {
  const { place, ranks, keeper } = job
  const { patienceSeconds, endSeconds } = settings
  const goesOn = (): string[] => {
    const marks = livingMarks()
    return [
      ...ranks.all
        .filter(({ mark }) => marks.has(mark))
        .map(({ plan }) => `rank ${plan.rank}, attempt ${plan.attempt} goes on`),
      ...keeper.left.map(({ folder }) => `${path.basename(folder)} is not delivered`),
    ]
  }
  const left = await until(patienceSeconds, goesOn, say)
  if (left.length > 0 || endSeconds === 0) return left
  const open = (): string[] => (areFinished(place) ? [] : ['a run has not ended by itself'])
  return await until(endSeconds, open, say)
}

async function until(seconds: number, left: () => string[], say: (line: string) => void): Promise<string[]> {
  const end = performance.now() + seconds * 1000
  let toldAt = performance.now()
  for (;;) {
    const found = left()
    if (found.length === 0 || performance.now() >= end) return found
    if (performance.now() - toldAt > 5_000) {
      toldAt = performance.now()
      say(`ending: ${found[0]}${found.length === 1 ? '' : `, and ${found.length - 1} more`}`)
    }
    await sleep(200)
  }
}

/** What was wrong with the processes themselves. */
function conduct({ aggregator, ranks, keeper }: Job): string[] {
  const { crashes } = aggregator
  return [
    ...(crashes === 0 ? [] : [`the aggregator ended by itself ${crashes} times`]),
    ...ranks.all.flatMap((one) =>
      one.judge().map((problem) => `rank ${one.plan.rank}, attempt ${one.plan.attempt}: ${problem}`),
    ),
    ...keeper.problems,
  ]
}
