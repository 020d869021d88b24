import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { lookAtSpool } from '@provloom/agent'
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
  const looks = folders.map((folder) => lookAtSpool(folder))
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

type Assigned = SpoolLook & { readonly runId: RunId; readonly jobKey: string }

/**
 * Which run each spool goes to: the one its rank was admitted to, where it was to any; spools of one job go to one run,
 * and so do those whose launcher named no job.
 *
 * @param given `--job-key`: all of them are of this job
 */
export function assign(looks: readonly SpoolLook[], given: string | undefined): Assigned[] {
  const runs = new Map<string, RunId>()
  const jobOf = ({ facts }: SpoolLook): string => given ?? facts.jobKey ?? ''
  for (const look of looks) {
    if (look.former !== undefined && !runs.has(jobOf(look))) runs.set(jobOf(look), look.former.runId)
  }
  return looks.map((look) => {
    const job = jobOf(look)
    const runId =
      (given === undefined ? look.former?.runId : undefined) ??
      runs.get(job) ??
      mintRunId(Date.now(), randomBytes(10))
    if (!runs.has(job)) runs.set(job, runId)
    return { ...look, runId, jobKey: job === '' ? 'import' : job }
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
