import fs from 'node:fs'
import { clearSpool, isLeft, isNamedLikeSpool, isOver, lookAtSpool, spoolsIn } from '@provloom/agent/spool'
import type { SpoolLook } from '@provloom/agent/spool'
import type { RunFinished } from '@provloom/aggregator'
import type { StoredRun } from '@provloom/rundir'
import path from 'node:path'
import {
  ProvloomError,
  checkOptions,
  exactJson,
  exitCode,
  renderError,
  say,
  shellWord,
} from '@provloom/shared'
import type { GivenOptions } from '@provloom/shared'
import { tellMisspelt } from '../output/misspelt.ts'
import { counted } from '../output/quantity.ts'
import { saySummary } from '../output/say-summary.ts'
import { jobsOf } from './belonging.ts'
import type { Job } from './belonging.ts'
import { Gathering } from './gathering.ts'
import { elsewhereWords, leftHere } from './left-here.ts'
import { handIn, outcomeOf, refuseLiving } from './hand-in.ts'
import type { HandedIn } from './hand-in.ts'
import { foreignLine, rootsOf } from './spools.ts'

/** Of more that cannot be read the number is told. */
const unreadableToldMax = 3

/** Jobs of which nothing is there yet go into one aggregator, so many sessions at once. */
const TOGETHER = 64
/** An agent gives up after 5 s without an answer, and says so to the aggregator. */
const GIVEN_UP_MS = 15_000
/** Sessions that a line names. */
const NAMED_MAX = 8

interface Imported {
  readonly handedIn: readonly HandedIn[]
  readonly finished: readonly RunFinished[]
  /** What came in is in its runs' documents. */
  readonly whole: boolean
  /** Where it was to go nothing can be written. */
  readonly noSaveDir: boolean
}

/** What is to be handed in, and how many spools were found beside it that cannot be read. */
interface Found {
  readonly looks: readonly SpoolLook[]
  readonly unreadable: number
}

/**
 * `provloom import [SPOOL...]`: sessions that were kept - named ones, or those of this folder - go into their runs: the one they were let into, where it is open
 * or can go on; else a run of their own, those of one job, experiment and turn in one. The same aggregator and the same
 * agents do it as in a live job, so that the graph is the same. What was handed in is removed.
 */
export async function importSpools(
  folders: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  tellMisspelt()
  const { spoolRoot, all, json, ...rest } = given
  const options = checkOptions('aggregator', rest, process.env)
  const { looks, unreadable }: Found =
    folders.length > 0
      ? { looks: await named(folders), unreadable: 0 }
      : left(given, spoolRoot !== undefined || all === true ? undefined : options)
  const imported: Imported[] = []
  for (const job of together(jobsOf(looks, options.jobKey))) imported.push(await handInJob(job, options))
  const handedIn = imported.flatMap((one) => one.handedIn)
  const finished = imported.flatMap((one) => one.finished)
  if (json === true) {
    process.stdout.write(
      `${exactJson({ kind: 'imported', sessions: handedIn.map((one) => outcomeOf(one)), runs: finished })}\n`,
    )
  } else {
    const hinted = new Set<string>()
    for (const run of finished) await saySummary(run, hinted)
  }
  for (const noSaveDir of [false, true]) {
    const kept = keptOf(imported.filter((one) => one.noSaveDir === noSaveDir))
    if (kept.length > 0) tell(keptLine(kept, noSaveDir))
  }
  const isAll = keptOf(imported).length + unreadable === 0 && imported.every((one) => one.whole)
  return isAll ? exitCode.ok : exitCode.unavailable
}

function keptOf(imported: readonly Imported[]): string[] {
  return imported.flatMap(({ handedIn }) =>
    handedIn.filter(({ delivery }) => delivery.kind === 'kept').map(({ spool }) => spool),
  )
}

/** The end of one that did not bring all in: how much is left, where, and what to type when its cause is mended. */
function keptLine(spools: readonly string[], noSaveDir: boolean): string {
  const named = spools.slice(0, NAMED_MAX).map(shellWord).join(' ')
  const more = spools.length - NAMED_MAX
  const command = noSaveDir ? 'provloom import --provenance-save-dir DIR' : 'provloom import'
  const elsewhere = noSaveDir ? ', DIR being a folder that can be written' : ''
  const again =
    more > 0
      ? `provloom spools lists them all${noSaveDir ? `; hand in: ${command} SPOOL${elsewhere}` : ''}`
      : `hand in: ${command} ${named}${elsewhere}`
  const where = more > 0 ? `${named} and ${more} more` : spools.join(', ')
  return `${counted(spools.length, 'session')} in no graph yet, kept in ${where}; ${again}`
}

/** @throws {ProvloomError} `SPOOL_IN_USE`, `SPOOL_UNREADABLE` */
async function named(folders: readonly string[]): Promise<SpoolLook[]> {
  const looks: SpoolLook[] = []
  for (const folder of folders) looks.push(...(await givenUp(folder)))
  for (const look of looks) refuseLiving(look)
  return withoutDone(looks)
}

/**
 * This user's on this machine that nobody serves.
 *
 * @param options those of the folder that this is typed in; undefined for all of them
 */
function left(given: Readonly<Record<string, unknown>>, options: GivenOptions | undefined): Found {
  const roots = rootsOf(given)
  let [unreadable, otherFolders] = [0, 0]
  const all = spoolsIn(roots, (one) => {
    // provloom spools has them all.
    if (++unreadable <= unreadableToldMax) tell(foreignLine(one))
    // Of another release: none that was made in this folder lately.
    if (options !== undefined && one.hint === undefined) otherFolders++
  })
  if (unreadable > unreadableToldMax)
    tell(`${unreadable - unreadableToldMax} more spools cannot be read: provloom spools`)
  const looks = all.filter((look) => isLeft(look))
  const busy = all.filter((look) => !isLeft(look) && !isOver(look)).length
  if (busy > 0) tell(`${counted(busy, 'session')} still in use: left alone`)
  const other = busy === 0 ? '' : ' other'
  const { here, elsewhere } =
    options === undefined ? { here: looks, elsewhere: [] } : leftHere(looks, options.provenanceSaveDir)
  const which = elsewhere.length === 0 ? '' : ' of this folder'
  if (here.length === 0)
    tell(`no${other} sessions${which} are left to be handed in (looked in ${roots.join(', ')})`)
  if (elsewhere.length > 0) tell(elsewhereWords(elsewhere).join('\n'))
  return { looks: here, unreadable: unreadable - otherFolders }
}

/** Nobody writes it any more, and its agent still tries: that is over in a moment, one way or the other. */
async function givenUp(folder: string): Promise<SpoolLook[]> {
  const until = performance.now() + GIVEN_UP_MS
  for (;;) {
    const looks = lookNow(folder)
    if (looks.length === 0) return looks
    const [tries] = looks.filter(({ agent, workers }) => agent !== undefined && workers.length === 0)
    if (tries === undefined || performance.now() > until) return looks
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What somebody names may be handed in by its agent, or by another command, before he has typed it or while it is read. */
function lookNow(folder: string): SpoolLook[] {
  for (;;) {
    try {
      const looks = lookAtSpool(folder)
      if (looks.length === 0) tell(`${folder} holds no session: what it held was handed in, or removed`)
      return looks
    } catch (error) {
      if (!isNamedLikeSpool(folder)) throw error
      if (!fs.existsSync(folder)) {
        tell(`${folder} is not there any more: what it held was handed in, or removed`)
        return []
      }
      // A session of the tree has just gone, which is there no more at the next look.
      const file = error instanceof ProvloomError ? error.to : undefined
      if (file === undefined || fs.existsSync(path.dirname(file))) throw error
    }
  }
}

/** One that its document holds, and whose agent was killed before it removed it, needs no handing in. */
function withoutDone(looks: readonly SpoolLook[]): SpoolLook[] {
  for (const look of looks) {
    if (!isOver(look)) continue
    tell(`${look.spool} holds nothing that is not in its run: removed`)
    clearSpool(look)
  }
  return looks.filter((look) => !isOver(look))
}

function together(jobs: readonly Job[]): Job[] {
  const made: Job[] = []
  for (const job of jobs) {
    const last = made.at(-1)
    const joins =
      last !== undefined && job.runs.length + last.runs.length === 0 && last.sessions.length < TOGETHER
    if (!joins) made.push(job)
    else {
      const [sessions, done] = [last.sessions.concat(job.sessions), last.done.concat(job.done)]
      made[made.length - 1] = { sessions, runs: [], done }
    }
  }
  return made
}

async function handInJob(job: Job, options: GivenOptions): Promise<Imported> {
  for (const look of job.done) {
    tell(`${look.spool} is in its run already, ${look.former.run?.runDir ?? ''}: removed`)
    clearSpool(look)
  }
  if (job.sessions.length === 0) return { handedIn: [], finished: [], whole: true, noSaveDir: false }
  const { jobKey: _key, ...rest } = options
  const resume = job.runs.map(({ facts }) => facts.runDir)
  const gathering = new Gathering({ collectAllProcesses: true, ...rest, jobKey: 'import', resume }, tell)
  try {
    await gathering.start()
  } catch (error) {
    const noSaveDir = error instanceof ProvloomError && error.code === 'SAVE_DIR_UNWRITABLE'
    return { handedIn: await handInLiving(job, error), finished: [], whole: true, noSaveDir }
  }
  const handedIn = await gathering.handIn(job.sessions)
  const { noSaveDir } = gathering
  try {
    return { handedIn, finished: await gathering.finish(), whole: true, noSaveDir }
  } catch (error) {
    // Other jobs may have other disks.
    say(renderError(error))
    return { handedIn, finished: gathering.finished, whole: false, noSaveDir }
  }
}

/** Its run goes on, with an aggregator that lives: that one takes it, where it can be reached. */
async function handInLiving(job: Job, error: unknown): Promise<HandedIn[]> {
  const connection = job.runs.flatMap((run) => connectionOf(run) ?? [])[0]
  const isRunning = error instanceof ProvloomError && error.code === 'RUN_HELD'
  if (isRunning && connection !== undefined) {
    const handedIn = await handIn(job.sessions, connection, tell)
    // Its aggregator shows the run when that has ended.
    for (const one of handedIn) tellLiving(one)
    return handedIn
  }
  say(renderError(error))
  const reason = error instanceof Error ? error.message : String(error)
  return job.sessions.map(({ spool }) => ({
    spool,
    delivery: { kind: 'kept', folders: [spool], records: 0, reason, told: [] },
  }))
}

function tellLiving({ spool, delivery }: HandedIn): void {
  if (delivery.kind === 'not-collected') tell(`${spool} is of a rank that is not collected: removed`)
  if (delivery.kind !== 'delivered') return
  const runs = delivery.runs.map(({ runDir }) => runDir).join(', ')
  tell(`${spool} is handed in to ${runs}, whose aggregator goes on with it`)
}

function connectionOf({ connectionFile }: StoredRun): string | undefined {
  return connectionFile !== undefined && fs.existsSync(connectionFile) ? connectionFile : undefined
}

function tell(message: string): void {
  say(`provloom: ${message}`)
}
