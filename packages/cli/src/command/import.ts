import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { countSession, findPlace, lookAtSpool, sightOf } from '@provloom/agent'
import type { SpoolLook } from '@provloom/agent'
import { readStoredRun } from '@provloom/rundir'
import { ProvloomError, checkOptions, mintRunId } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { exitCode } from '../exit-code.ts'
import { styleFor } from '../output/style.ts'
import { renderSummary } from '../output/summary.ts'
import { Gathering, refuseLiving } from './gathering.ts'

/**
 * `provloom import SPOOL...`: spools that nobody collected become runs, those of one job one run. The same aggregator
 * and the same agents do it as in a live job, so that the graph is the same; imported spools are removed.
 */
export async function importSpools(
  folders: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const looks = folders.flatMap((folder) => lookAtSpool(folder))
  for (const look of looks) {
    refuseLiving(look)
    refuseUnfinished(look)
  }
  const options = checkOptions('aggregator', given, process.env)
  const { jobKey, ...rest } = options
  const spools = assign(looks, jobKey)
  const key = `import-${randomBytes(4).toString('hex')}`
  const gathering = new Gathering({ collectAllProcesses: true, ...rest, jobKey: key }, (message) =>
    process.stderr.write(`provloom: ${message}\n`),
  )
  await gathering.start()
  const handedIn = await gathering.handIn(spools)
  for (const finished of await gathering.finish()) {
    process.stderr.write(`${renderSummary(finished, styleFor(process.stderr))}\n`)
  }
  return handedIn.every(({ delivery }) => delivery.kind !== 'kept') ? exitCode.ok : exitCode.unavailable
}

type Assigned = SpoolLook & { readonly runId: RunId; readonly jobKey: string; readonly ordinal: number }

/**
 * Which run each session goes to: the one it was admitted to, where it was to any; else those of one job, experiment,
 * name and turn go to one run.
 *
 * @param given `--job-key`: all of them are of this job
 */
export function assign(looks: readonly SpoolLook[], given: string | undefined): Assigned[] {
  let counts: ReadonlyMap<string, number> = new Map()
  const seated = looks.map((look) => {
    const { facts, tree, former } = look
    const { environment, rank, worldSize, experimentName = '', runName } = facts
    const said =
      rank === undefined
        ? undefined
        : ({ by: 'call', rank, ...(worldSize === undefined ? {} : { worldSize }) } as const)
    const place = findPlace(said, environment, sightOf(environment, undefined), given)
    const jobKey = place.jobKey ?? tree.key
    const named = runName === undefined ? {} : { runName }
    const counted = {
      worker: `${tree.key} ${jobKey}`,
      rank: place.rank,
      attempt: place.attempt,
      experimentName,
      ...named,
    }
    const { ordinal, after } = countSession(counts, counted)
    counts = after
    const turn = former?.ordinal ?? ordinal
    return {
      look,
      jobKey,
      ordinal: turn,
      mark: JSON.stringify([jobKey, experimentName, runName ?? null, turn]),
    }
  })
  const runs = new Map<string, RunId>()
  for (const { look, mark } of seated)
    if (look.former !== undefined && !runs.has(mark)) runs.set(mark, look.former.runId)
  return seated.map(({ look, jobKey, ordinal, mark }) => {
    const runId = look.former?.runId ?? runs.get(mark) ?? mintRunId(Date.now(), randomBytes(10))
    if (!runs.has(mark)) runs.set(mark, runId)
    return { ...look, runId, jobKey, ordinal }
  })
}

/** A spool of a run that is not finished belongs there: part of it may be in that run's journal already. */
function refuseUnfinished({ spool, former }: SpoolLook): void {
  const runDir = former?.runDir
  if (runDir === undefined || !fs.existsSync(path.join(runDir, 'journal'))) return
  try {
    if (readStoredRun(runDir).facts.runId !== former?.runId) return
  } catch {
    return
  }
  throw new ProvloomError('CONFLICT', `${spool} belongs to a run that is not finished: ${runDir}`, {
    doing: 'import the spool',
    to: spool,
    hint: `Bring it into that run: provloom recover ${runDir} ${spool}`,
  })
}
