import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '@provloom/shared'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { Load } from '../load/load.ts'
import type { Plan, Training } from '../load/plan.ts'
import { metrics, stepUs } from '../load/training.ts'

export interface Size {
  readonly ranks: number
  readonly steps: number
  /** Further metrics of rank 0, of a hundred points each. */
  readonly more: number
}

/** About 1e8 points; what the page, the commands and the readers are measured on. */
export const large: Size = { ranks: 1024, steps: 9700, more: 10_000 }
export const small: Size = { ranks: 64, steps: 2000, more: 500 }

const patienceMs = 900_000
const stepsPerEnvelope = 100

/** A run whose load goes on as ranks of a training would send it. */
export interface LiveRun {
  readonly runDir: string
  /** The last step is acknowledged. */
  readonly sent: Promise<void>
  /** Ends all that was started; the run stays as it is on disk. */
  close(): Promise<void>
}

/** How a run that is made comes to its end: as its ranks say, or its aggregator is ended by SIGTERM, or by SIGKILL. */
export type Ends = 'well' | 'stopped' | 'killed'

/**
 * Makes a run directory of a size as quickly as it goes: simulated ranks speak to a real aggregator, whose files these are.
 *
 * @returns the run directory
 * @throws Error when a rank fails or it takes longer than a quarter of an hour
 */
export async function makeRun(size: Size, saveDir: string, ends: Ends = 'well'): Promise<string> {
  const beganUs = Date.now() * 1000 - size.steps * stepUs
  const { aggregator, load } = await begun({ ...size, beganUs }, saveDir, 0)
  try {
    load.go()
    await load.all('acknowledged', patienceMs)
    if (ends !== 'well') {
      await (ends === 'stopped' ? aggregator.stop() : aggregator.kill())
      return (await aggregator.heard('run-opened')).status.runDir
    }
    load.bye()
    await load.all('farewell', patienceMs)
    const { runDir } = (await aggregator.heard('run-finished', patienceMs)).status
    await folded(runDir)
    return runDir
  } finally {
    await load.close()
    await aggregator.stop()
  }
}

/** The same, paced: an envelope of each rank as often as agents of so many ranks are asked to send. */
export async function liveRun(size: Size, saveDir: string): Promise<LiveRun> {
  const { aggregator, load } = await begun(
    { ...size, beganUs: Date.now() * 1000 },
    saveDir,
    Math.min(limits.envelopeAgeMsMax, Math.max(limits.envelopeAgeMs, size.ranks)),
  )
  load.go()
  const sent = load.all('acknowledged', patienceMs + (size.steps * stepUs) / 1000).then(() => {})
  return {
    runDir: (await aggregator.heard('run-opened')).status.runDir,
    sent,
    async close() {
      await load.close()
      await aggregator.stop()
    },
  }
}

async function begun(
  training: Training & { readonly ranks: number },
  saveDir: string,
  intervalMs: number,
): Promise<{ readonly aggregator: AggregatorUnderTest; readonly load: Load }> {
  fs.mkdirSync(saveDir, { recursive: true })
  const aggregator = new AggregatorUnderTest({
    saveDir: path.resolve(saveDir),
    insecure: false,
    unattended: true,
  })
  await aggregator.heard('listening')
  const steps = intervalMs === 0 ? stepsPerEnvelope : Math.ceil((intervalMs * 1000) / stepUs)
  const plan: Plan = {
    connectionFile: aggregator.connectionFile,
    jobKey: benchJobKey,
    firstRank: 0,
    ranks: training.ranks,
    worldSize: training.ranks,
    seriesPerRank: metrics.length,
    recordsPerEnvelope: steps * metrics.length,
    envelopesPerRank: Math.ceil(training.steps / steps),
    intervalMs,
    training,
  }
  const load = new Load(plan, Math.min(2, training.ranks))
  await load.all('ready', patienceMs)
  return { aggregator, load }
}

/** Until the curves of all parts are one file, which is made after the run's end. */
async function folded(runDir: string): Promise<void> {
  const file = path.join(runDir, 'curves', 'all.parquet')
  for (let ms = 0; ms < 120_000 && !fs.existsSync(file); ms += 100) await sleep(100)
}
