import fs from 'node:fs'
import path from 'node:path'
import { isOver, lookAtSpool, spoolsIn } from '@provloom/agent/spool'
import type { ForeignSpool, SpoolLook } from '@provloom/agent/spool'
import type { RunFinished } from '@provloom/aggregator'
import { filesOf } from '@provloom/rundir'
import { readStoredRun } from '@provloom/rundir/internal'
import type { RunFacts, StoredRun } from '@provloom/rundir'
import { ProvloomError, exactJson, exitCode, shellWord } from '@provloom/shared'
import { tellMisspelt } from '../output/misspelt.ts'
import { counted } from '../output/quantity.ts'
import { saySummary } from '../output/say-summary.ts'
import { canGoOn, isLasting, jobOf } from './belonging.ts'
import { Gathering } from './gathering.ts'
import { outcomeOf, refuseLiving } from './hand-in.ts'
import type { HandedIn } from './hand-in.ts'
import { foreignLines, rootsOf } from './spools.ts'

/**
 * `provloom recover RUN_DIR [SPOOL...]`: after everything was killed, what is in the run's journal and in the spools of
 * its ranks becomes a finished run. An aggregator goes on with it as after any restart, agents hand the spools in.
 */
export async function recover(
  folder: string,
  named: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  tellMisspelt()
  const began = performance.now()
  const run = readStoredRun(folder)
  const { runId, runDir, jobKey } = run.facts
  if (!run.finished && !canGoOn(run)) throw journalGone(runDir)
  const spools =
    named.length > 0
      ? named.flatMap((one) => lookAtSpool(one)).map((look) => ofRun(look, run.facts))
      : spoolsOf(run.facts, given)
  const isClosed = !fs.existsSync(filesOf(runDir).journal)
  if (isClosed && (spools.length === 0 || !canGoOn(run)))
    return isFinished(run, named, given['json'] === true)
  const gathering = new Gathering(
    {
      provenanceSaveDir: path.dirname(runDir),
      jobKey: 'recover',
      resume: [runDir],
      force: given['force'] === true,
      createGraph: given['createGraph'] === true,
      createSvg: given['createSvg'] === true,
    },
    tell,
  )
  await gathering.start()
  const handedIn = await gathering.handIn(
    spools.map((look) => ({ ...look, runId, ...(jobKey === '' ? {} : { jobKey }) })),
  )
  const [finished] = await gathering.finish()
  if (finished === undefined) throw new Error(`the run in ${runDir} was not finished`)
  await show(finished, handedIn, given['json'] === true, (performance.now() - began) / 1000)
  return handedIn.every(({ delivery }) => delivery.kind !== 'kept') ? exitCode.ok : exitCode.failed
}

/** A spool that somebody named: of this run, as far as it knows its run. */
function ofRun(look: SpoolLook, { runId }: RunFacts): SpoolLook {
  refuseLiving(look)
  if (look.former.run === undefined || look.former.run.runId === runId) return look
  throw new ProvloomError(
    'OTHER_RUN',
    `${look.spool} belongs to another run: ${look.former.run.runDir ?? look.former.run.runId}`,
    {
      doing: 'hand in the spool',
      to: look.spool,
      hint: 'Recover that run with it, or leave it out.',
    },
  )
}

/**
 * The run's spools on this machine: those whose ranks were admitted to it, and those of the same job whose ranks had no
 * answer yet. Where the job's key may be another job's as well, the latter are only told.
 */
function spoolsOf(
  { runId, jobKey, ordinal: turn }: RunFacts,
  given: Readonly<Record<string, unknown>>,
): SpoolLook[] {
  const roots = rootsOf(given)
  const root = roots.join(', ')
  const foreign: ForeignSpool[] = []
  const found = spoolsIn(roots, (one) => foreign.push(one)).filter((look) => {
    if (isOver(look)) return false
    const { run } = look.former
    return run === undefined ? jobKey !== '' && jobOf(look, undefined) === jobKey : run.runId === runId
  })
  for (const line of foreignLines(foreign)) tell(line)
  const taken: SpoolLook[] = []
  for (const look of found) {
    // Of the turns of one job, this one.
    const { run, ordinal = turn } = look.former
    if (run === undefined && ordinal !== turn) continue
    const sure = look.former.run !== undefined || isLasting(jobKey)
    if (!sure) tell(`${look.spool} may be of this run; name it to have it handed in`)
    else if (look.agent !== undefined || look.workers.length > 0)
      tell(`${look.spool} is still in use, and is left alone`)
    else taken.push(look)
  }
  tell(
    taken.length === 0
      ? `no spools of this run in ${root}`
      : `handing in ${counted(taken.length, 'spool')} from ${root}: ${taken.map(({ spool }) => path.basename(spool)).join(', ')}`,
  )
  return taken
}

function isFinished({ facts, finished }: StoredRun, named: readonly string[], json: boolean): number {
  const { runDir, runId } = facts
  if (named.length > 0) {
    throw new ProvloomError('RUN_FINISHED', `${runDir} is finished: nothing can be added to it`, {
      doing: 'hand in the spools',
      to: runDir,
      hint: `Make them a run of their own: provloom import ${named.map(shellWord).join(' ')}`,
    })
  }
  if (json) process.stdout.write(`${JSON.stringify({ kind: 'finished-before', runId, runDir })}\n`)
  else if (finished) tell(`${runDir} is finished already; there is nothing to recover`)
  else
    tell(`${runDir} is closed; what is kept of it is not here: provloom spools, on the machines of its ranks`)
  return exitCode.ok
}

function journalGone(runDir: string): ProvloomError {
  return new ProvloomError('JOURNAL_GONE', `${runDir} is not finished, and its journal is gone`, {
    doing: 'recover the run',
    to: path.join(runDir, 'journal'),
    hint: 'Copy a run directory whole, with journal/. Its prov.json is as it was saved last.',
  })
}

async function show(
  finished: RunFinished,
  handedIn: readonly HandedIn[],
  json: boolean,
  seconds: number,
): Promise<void> {
  if (!json) return saySummary(finished)
  const spools = handedIn.map((one) => outcomeOf(one))
  process.stdout.write(`${exactJson({ ...finished, kind: 'recovered', spools, seconds })}\n`)
}

function tell(message: string): void {
  process.stderr.write(`provloom: ${message}\n`)
}
