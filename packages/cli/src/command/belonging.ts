import fs from 'node:fs'
import path from 'node:path'
import { countSession, findPlace, nameOf, sightOf } from '@provloom/agent/internal'
import type { Place } from '@provloom/agent/internal'
import type { SpoolLook } from '@provloom/agent/spool'
import { filesOf } from '@provloom/rundir'
import { storedRunAt, storedRunsIn } from '@provloom/rundir/internal'
import type { StoredRun } from '@provloom/rundir'
import { isRunId } from '@provloom/shared'
import type { Assigned } from './hand-in.ts'

/** Keys that name one job and no later one: not those of a place where ranks meet. */
const lasting = /^(?!master-|jax-|hydra-|kubernetes-)./

export function isLasting(jobKey: string): boolean {
  return lasting.test(jobKey)
}

/** @param given `--job-key`: all of them are of this job */
export function placeOf({ facts, former }: SpoolLook, given: string | undefined): Place {
  const { environment, rank, worldSize } = facts
  const said =
    rank === undefined
      ? undefined
      : ({ by: 'call', rank, ...(worldSize === undefined ? {} : { worldSize }) } as const)
  const found = findPlace(said, environment, sightOf(environment, undefined), given)
  if (former.place === undefined) return found
  const { rank: as, attempt } = former.place
  return { ...found, rank: as, attempt }
}

/** Of a session: what its agent knew, which may have been told more than the session's process was. */
export function jobOf(look: SpoolLook, given: string | undefined): string {
  return given ?? look.former.jobKey ?? placeOf(look, undefined).jobKey ?? look.servedJob ?? look.tree.key
}

export function experimentOf({ facts, former }: SpoolLook): string {
  return former.asked.experimentName ?? facts.experimentName ?? nameOf(facts.argv, facts.directory)
}

/** Sessions of one job, and its runs that they may belong to and that can go on. */
export interface Job {
  readonly sessions: readonly Assigned[]
  readonly runs: readonly StoredRun[]
  /** Of a run that is finished and that nothing can be added to: it ended after all of its sessions were in it. */
  readonly done: readonly SpoolLook[]
}

/** In order of their start, with the run that each was let into, where that can go on. */
export function jobsOf(looks: readonly SpoolLook[], given: string | undefined): Job[] {
  const jobs = new Map<string, { sessions: Assigned[]; runs: Map<string, StoredRun>; done: SpoolLook[] }>()
  const runs = runsOnce()
  for (const { look, jobKey, ordinal } of counted(looks, given)) {
    const belongs = runOf(look, jobKey, runs)
    const former = look.former.run
    const wasIn = belongs !== undefined && belongs.facts.runId === former?.runId
    const goesOn = belongs !== undefined && canGoOn(belongs)
    const key = wasIn || goesOn ? belongs.facts.jobKey : jobKey
    const job = jobs.get(key) ?? { sessions: [], runs: new Map<string, StoredRun>(), done: [] }
    jobs.set(key, job)
    if (goesOn) job.runs.set(belongs.facts.runId, belongs)
    else if (wasIn && belongs.finished) {
      job.done.push(look)
      continue
    }
    // A run that was removed is made anew, of what its ranks have left: under its name they meet in it.
    const named = former !== undefined && belongs === undefined ? { runId: former.runId } : {}
    const into = wasIn && goesOn ? { runId: belongs.facts.runId } : named
    const ownRun = belongs !== undefined && !goesOn
    job.sessions.push({ ...look, jobKey: key, ordinal, ...into, ...(ownRun ? { ownRun } : {}) })
  }
  return [...jobs.values()].map(({ sessions, runs, done }) => ({ sessions, runs: [...runs.values()], done }))
}

function counted(
  looks: readonly SpoolLook[],
  given: string | undefined,
): { readonly look: SpoolLook; readonly jobKey: string; readonly ordinal: number }[] {
  let counts: ReadonlyMap<string, number> = new Map()
  return looks.map((look) => {
    const { runName } = look.facts
    const experimentName = experimentOf(look)
    const { rank, attempt } = placeOf(look, given)
    const jobKey = jobOf(look, given)
    const named = runName === undefined ? {} : { runName }
    const worker = `${look.tree.key} ${jobKey}`
    const { ordinal, after } = countSession(counts, { worker, rank, attempt, experimentName, ...named })
    counts = after
    return { look, jobKey, ordinal: look.former.ordinal ?? ordinal }
  })
}

/** The run that the session was let into, or that its process named; else the one that its job's other ranks made in its turn. */
function runOf(
  look: SpoolLook,
  jobKey: string,
  runsIn: (saveDir: string) => readonly StoredRun[],
): StoredRun | undefined {
  const { facts, former } = look
  const { runId, runDir } = former.run ?? {}
  const there = runDir === undefined ? undefined : storedRunAt(runDir)
  if (there !== undefined && there.facts.runId === runId) return there
  const wanted = former.asked.provenanceSaveDir ?? facts.provenanceSaveDir ?? 'prov'
  const saveDirs = [
    ...(facts.directory === '' && !path.isAbsolute(wanted) ? [] : [path.resolve(facts.directory, wanted)]),
    ...(runDir === undefined ? [] : [path.dirname(runDir)]),
  ]
  // Renamed, perhaps.
  const id = runId ?? facts.runId
  if (isRunId(id)) return saveDirs.flatMap(runsIn).find((run) => run.facts.runId === id)
  const experiment = experimentOf(look)
  if (!isLasting(jobKey)) return undefined
  return saveDirs
    .flatMap(runsIn)
    .find(
      (run) =>
        run.facts.jobKey === jobKey &&
        run.facts.settings.experimentName === experiment &&
        run.facts.runName === facts.runName &&
        run.facts.ordinal === (former.ordinal ?? 0) &&
        canGoOn(run),
    )
}

/** Each folder is read once, however many sessions may belong there: of hundreds, each would read hundreds of runs. */
function runsOnce(): (saveDir: string) => readonly StoredRun[] {
  const read = new Map<string, readonly StoredRun[]>()
  return (saveDir) => {
    const runs = read.get(saveDir) ?? storedRunsIn(saveDir)
    read.set(saveDir, runs)
    return runs
  }
}

/** It is not finished, or closing has kept what it would go on from. */
export function canGoOn({ facts }: StoredRun): boolean {
  const { journal, reopening } = filesOf(facts.runDir)
  return fs.existsSync(journal) || fs.existsSync(reopening)
}
