import type { RankState } from '@provloom/graph'
import type { HintCode, ProblemCode } from '@provloom/shared'
import { isOfName, nameOf } from '../run/run-name.ts'
import type { RunView } from '../run/run-view.ts'

/** Something that the run's users should know of it. */
export interface RunRemark {
  readonly code: ProblemCode | HintCode
  readonly message: string
}

/**
 * What can be seen of ranks that disagree about which sessions they have (design: decision 4), beside those that met one
 * turn off (`apart.ts`). It cannot be known: so it is told, with the cure.
 *
 * @param others runs of the same aggregator
 * @param sofar when the last run of its name ended that was told the hint, and may be closed by now
 */
export function remarksOn(run: RunView, others: readonly RunView[], sofar?: number): RunRemark[] {
  const siblings = others.filter((one) => one !== run && one.facts.jobKey === run.facts.jobKey)
  return [...namesDiffer(run, siblings), ...noRankSaid(run, siblings, sofar), ...noJobSaid(run, others)]
}

/** Several runs of one turn with other names, one rank each, at the same time: a name that is made at run time. */
function namesDiffer(run: RunView, siblings: readonly RunView[]): RunRemark[] {
  const { runName, ordinal, settings } = run.facts
  if (runName === undefined || run.roster.rankCount !== 1) return []
  const [own] = [...run.roster.latest()].flatMap((state) => spanOf(state))
  if (own === undefined) return []
  const alike = siblings.filter(({ facts, roster }) => {
    const { experimentName } = facts.settings
    if (experimentName !== settings.experimentName || facts.ordinal !== ordinal) return false
    if (facts.runName === undefined || facts.runName === runName || roster.rankCount !== 1) return false
    const [state] = roster.latest()
    if (state === undefined || state.rank === own.rank) return false
    const start = startOf(state)
    const end = state.end?.time ?? state.lastTime ?? Infinity
    return start !== undefined && start <= own.end && end >= own.start
  })
  if (alike.length === 0) return []
  return [
    {
      code: 'NAMES_DIFFER',
      message: `${alike.length + 1} ranks gave this run ${alike.length + 1} names at the same time (${JSON.stringify(runName)}, ${JSON.stringify(alike[0]!.facts.runName)}): a name made at run time, of a date or a random number, is another on every rank. Give all ranks the same run_name`,
    },
  ]
}

/**
 * Several runs of one name and one rank each, at the same time, of processes to which nobody said a rank: trials, or ranks
 * that nobody can tell. So it is a hint.
 */
function noRankSaid(run: RunView, siblings: readonly RunView[], sofar = -Infinity): RunRemark[] {
  const ours = [...run.roster.latest()].find((state) => isAlone(run, state))
  const [own] = ours === undefined ? [] : spanOf(ours)
  if (own === undefined) return []
  const isAmong = siblings.some((one) => {
    if (!isOfName(one.facts, nameOf(run.facts))) return false
    const [state] = one.roster.latest()
    // A process may have several open, one inside the other: MLflow's nested runs.
    if (state === undefined || !isAlone(one, state) || isOfOne(state, ours)) return false
    const start = startOf(state)
    return start !== undefined && start <= own.end && (state.end?.time ?? Infinity) >= own.start
  })
  if (!isAmong && own.start > sofar) return []
  return [
    {
      code: 'NO_RANK',
      // The same in all of them, however many are there by now: it is told once.
      message:
        'no rank was said, and several runs of this name ran at the same time: if they are ranks of one run, and not trials, say so: RANK and WORLD_SIZE, start_run(rank=...), or a launcher as in provloom run -n N',
    },
  ]
}

function isOfOne({ session }: RankState, other: RankState | undefined): boolean {
  return session !== undefined && session.pid === other?.session?.pid
}

/**
 * Several runs of one name, of one rank each and none of them the same, at the same time, in jobs of their own: ranks that
 * were said by hand, of which nothing said that they are of one job. So it is a hint.
 */
function noJobSaid(run: RunView, others: readonly RunView[]): RunRemark[] {
  const [own] = saidAlone(run).flatMap(spanOf)
  if (own === undefined) return []
  const alike = others.filter((one) => {
    const { settings, runName, jobKey } = one.facts
    if (jobKey === run.facts.jobKey || runName !== run.facts.runName) return false
    if (settings.experimentName !== run.facts.settings.experimentName) return false
    const [state] = saidAlone(one)
    const start = state === undefined ? undefined : startOf(state)
    if (state === undefined || state.rank === own.rank || start === undefined) return false
    return start <= own.end && (state.end?.time ?? Infinity) >= own.start
  })
  if (alike.length === 0) return []
  const ranks = [run, ...alike].flatMap((one) => saidAlone(one).map(({ rank }): number => rank))
  return [
    {
      code: 'NO_JOB',
      message: `ranks ${ranks.sort((a, b) => a - b).join(', ')} have a run each, as jobs of their own; if they are ranks of one run, say so: give all of them one --job-key (PROVLOOM_JOB_KEY), or RANK, WORLD_SIZE and MASTER_ADDR`,
    },
  ]
}

/** The only rank of a run, where it was said by hand and nothing of how many there are. */
function saidAlone({ roster }: RunView): RankState[] {
  if (roster.rankCount !== 1 || roster.worldSize !== undefined) return []
  return [...roster.latest()].filter(({ start }) => start !== undefined && start.launcher === undefined)
}

function isAlone({ roster }: RunView, state: RankState): boolean {
  const launcher = state.start?.launcher ?? alonesLauncher
  return roster.rankCount === 1 && (roster.worldSize ?? 1) === 1 && launcher === alonesLauncher
}

/** It says no rank to a lone worker, which may start ranks itself. */
const alonesLauncher = 'provloom run'

interface RankSpan {
  readonly rank: RankState['rank']
  readonly start: number
  readonly end: number
}

export function spanOf(state: RankState): RankSpan[] {
  const start = startOf(state)
  const end = state.end?.time ?? state.sessionEnd?.time ?? state.lastTime
  return start === undefined || end === undefined ? [] : [{ rank: state.rank, start, end }]
}

function startOf(state: RankState): number | undefined {
  return state.session?.time ?? state.start?.time ?? state.firstTime
}
