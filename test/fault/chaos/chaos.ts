import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { randomFrom } from '../../support/random.ts'
import { AggregatorProcess } from './aggregator-process.ts'
import { Faults } from './faults.ts'
import type { Kills } from './faults.ts'
import { nothingFound, readRun } from './found.ts'
import { compare } from './oracle.ts'
import type { Verdict } from './oracle.ts'
import { Place, sleep } from './place.ts'
import { Proxy } from './proxy.ts'
import { Ranks } from './ranks.ts'
import type { ChaosSettings } from './settings.ts'

export interface ChaosResult extends Verdict {
  readonly seed: number
  readonly ranks: number
  readonly kills: Kills
  readonly seconds: number
  /** Where everything is kept when something is wrong. */
  readonly folder: string
}

/**
 * One chaos run: a job of many ranks, its aggregator behind a proxy, faults at random instants, and at the end what is
 * in the graph compared with what was logged.
 */
export async function chaos(settings: ChaosSettings, say: (line: string) => void): Promise<ChaosResult> {
  const began = performance.now()
  const random = randomFrom(settings.seed)
  const root = settings.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), `chaos-${settings.seed}-`))
  const place = new Place(root)
  const proxy = new Proxy(random)
  await proxy.listen()
  const aggregator = new AggregatorProcess(place, proxy, settings.saveAfterNLogs)
  const ranks = new Ranks(place, settings)
  const faults = new Faults(settings, random, { place, aggregator, proxy, ranks }, say)
  try {
    place.pace(0.01)
    aggregator.start()
    await ranks.start()
    await faults.run()
    place.pace(1)
    await settled(settings, place, ranks, say)
  } finally {
    await aggregator.stop()
    ranks.end()
    proxy.close()
  }
  const verdict = await judged(settings, place, ranks, aggregator)
  const seconds = Math.round((performance.now() - began) / 100) / 10
  return {
    seed: settings.seed,
    ranks: settings.ranks,
    ...verdict,
    kills: faults.kills,
    seconds,
    folder: root,
  }
}

/** Waits until every agent has delivered and the run is finished, or for too long. */
async function settled(
  settings: ChaosSettings,
  place: Place,
  ranks: Ranks,
  say: (line: string) => void,
): Promise<void> {
  const until = performance.now() + settings.patienceSeconds * 1000
  let toldAt = 0
  while (performance.now() < until) {
    const waiting = ranks.all.filter((one) => !one.done)
    if (waiting.length === 0 && isFinished(place)) return
    if (performance.now() - toldAt > 5_000) {
      toldAt = performance.now()
      say(`ending: ${waiting.length} of ${ranks.all.length} attempts are not delivered yet`)
    }
    await sleep(100)
  }
  const names = ranks.all.filter((one) => !one.done).map(({ plan }) => `${plan.rank}.${plan.attempt}`)
  say(`not ended within ${settings.patienceSeconds} s: ${names.join(', ') || 'the run is not finished'}`)
}

function isFinished(place: Place): boolean {
  return place.runDirectories().every((name) => {
    const file = path.join(place.saveDir, name, 'run.json')
    if (!fs.existsSync(file)) return false
    return (JSON.parse(fs.readFileSync(file, 'utf8')) as { finished: boolean }).finished
  })
}

async function judged(
  settings: ChaosSettings,
  place: Place,
  ranks: Ranks,
  aggregator: AggregatorProcess,
): Promise<Verdict> {
  const known = ranks.all.map((one) => one.known)
  const runs = place.runDirectories()
  const problems: string[] = []
  if (runs.length !== 1) problems.push(`${runs.length} run directories: ${runs.join(', ')}`)
  if (!isFinished(place)) problems.push('the run is not finished')
  const left = ranks.all.filter((one) => !one.done)
  if (left.length > 0) problems.push(`${left.length} attempts were not delivered`)
  if (aggregator.crashes > 0) problems.push(`the aggregator ended by itself ${aggregator.crashes} times`)
  const crashes = ranks.all.reduce((sum, one) => sum + one.crashes, 0)
  if (crashes > 0) problems.push(`agents ended by themselves ${crashes} times`)
  const document = path.join(place.saveDir, runs[0] ?? '', 'prov.json')
  const found = fs.existsSync(document) ? await readRun(path.dirname(document)) : nothingFound
  const verdict = compare(known, found, settings.series, settings.payload)
  return {
    ...verdict,
    documentValid: verdict.documentValid && problems.length === 0,
    problems: [...problems, ...verdict.problems],
  }
}
