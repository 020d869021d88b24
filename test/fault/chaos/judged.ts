import fs from 'node:fs'
import path from 'node:path'
import { nothingFound, readRun } from './found.ts'
import { compare } from './oracle.ts'
import type { Verdict } from './oracle.ts'
import { runNames } from './plan.ts'
import type { RunName } from './plan.ts'
import type { Place } from './place.ts'
import type { Ranks } from './ranks.ts'
import type { ChaosSettings } from './settings.ts'

interface RunDirectory extends RunName {
  readonly name: string
  readonly finished: boolean
}

/** What a run directory says that it is; undefined while its run.json is not there. */
function describedRun(place: Place, name: string): RunDirectory | undefined {
  const file = path.join(place.saveDir, name, 'run.json')
  if (!fs.existsSync(file)) return undefined
  const { ordinal, finished, settings } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    ordinal: number
    finished: boolean
    settings: { experimentName: string }
  }
  return { name, ordinal, finished, experiment: settings.experimentName }
}

export function areFinished(place: Place): boolean {
  return place.runDirectories().every((name) => describedRun(place, name)?.finished === true)
}

/** Each run by itself: what its sessions logged there, and nothing else; and no run directory beyond the expected ones. */
export async function judgeRuns(settings: ChaosSettings, place: Place, ranks: Ranks): Promise<Verdict> {
  const names = place.runDirectories()
  const runs = names.flatMap((name) => describedRun(place, name) ?? [])
  const expected = runNames(settings.sessions)
  const problems: string[] = []
  if (names.length !== expected.length) problems.push(`${names.length} run directories: ${names.join(', ')}`)
  if (runs.some(({ finished }) => !finished) || runs.length < names.length)
    problems.push(`not finished: ${names.filter((name) => !isFinished(runs, name)).join(', ')}`)
  const verdicts: Verdict[] = []
  for (const [session, { experiment, ordinal }] of expected.entries()) {
    const found = runs.filter((one) => one.experiment === experiment && one.ordinal === ordinal)
    const title = `${experiment}, run ${ordinal}`
    if (found.length > 1) problems.push(`${title} is in ${found.map(({ name }) => name).join(' and ')}`)
    const known = ranks.all.flatMap((one) => one.known(session) ?? [])
    const run = found[0] === undefined ? nothingFound : await readRun(path.join(place.saveDir, found[0].name))
    const verdict = compare(known, run, settings.series, settings.payload)
    verdicts.push({
      ...verdict,
      problems: verdict.problems.map((one) => `${found[0]?.name ?? title}: ${one}`),
    })
  }
  // Whatever else there is is nobody's.
  for (const { name, experiment, ordinal } of runs) {
    if (expected.some((one) => one.experiment === experiment && one.ordinal === ordinal)) continue
    const verdict = compare(
      [],
      await readRun(path.join(place.saveDir, name)),
      settings.series,
      settings.payload,
    )
    verdicts.push({ ...verdict, problems: verdict.problems.map((one) => `${name}: ${one}`) })
  }
  return sumOf(verdicts, problems)
}

function isFinished(runs: readonly RunDirectory[], name: string): boolean {
  return runs.some((one) => one.name === name && one.finished)
}

function sumOf(verdicts: readonly Verdict[], problems: readonly string[]): Verdict {
  const sum = (count: (one: Verdict) => number): number => verdicts.reduce((all, one) => all + count(one), 0)
  return {
    sent: sum(({ sent }) => sent),
    inGraph: sum(({ inGraph }) => inGraph),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    documentValid: problems.length === 0 && verdicts.every(({ documentValid }) => documentValid),
    problems: [...problems, ...verdicts.flatMap((one) => one.problems)],
  }
}
