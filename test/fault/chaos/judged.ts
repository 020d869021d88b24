import fs from 'node:fs'
import path from 'node:path'
import { nothingFound, readRun } from './found.ts'
import type { KnownAttempt } from './known.ts'
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

/** What an agent calls a command that was killed before it began a session: after its script. */
const unbegun = 'worker'

/** Each run by itself: what its sessions logged there, and nothing else; and no run directory beyond the expected ones. */
export async function judgeRuns(settings: ChaosSettings, place: Place, ranks: Ranks): Promise<Verdict> {
  const names = place.runDirectories()
  const runs = names.flatMap((name) => describedRun(place, name) ?? [])
  const expected = runNames(settings.sessions)
  const problems: string[] = []
  const unfinished = names.filter((name) => !runs.some((one) => one.name === name && one.finished))
  if (unfinished.length > 0) problems.push(`not finished: ${unfinished.join(', ')}`)
  const judge = async (
    run: RunDirectory | undefined,
    title: string,
    known: KnownAttempt[],
  ): Promise<Verdict> => {
    const found = run === undefined ? nothingFound : await readRun(path.join(place.saveDir, run.name))
    const verdict = compare(known, found, settings.series, settings.payload)
    return { ...verdict, problems: verdict.problems.map((one) => `${title}: ${one}`) }
  }
  const verdicts: Verdict[] = []
  for (const [session, { experiment, ordinal }] of expected.entries()) {
    const found = runs.find((one) => one.experiment === experiment && one.ordinal === ordinal)
    const known = ranks.all.flatMap((one) => one.known(session) ?? [])
    verdicts.push(await judge(found, found?.name ?? `${experiment}, run ${ordinal}`, known))
    if (found !== undefined) runs.splice(runs.indexOf(found), 1)
  }
  for (const run of runs) {
    const known = run.experiment === unbegun ? ranks.all.flatMap((one) => one.unbegun ?? []) : []
    if (known.length === 0) problems.push(`${run.name} is nobody's run`)
    verdicts.push(await judge(run, run.name, known))
  }
  return sumOf(verdicts, problems)
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
