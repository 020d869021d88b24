import path from 'node:path'
import { filesOf } from '@provloom/rundir'
import { writeRunFile } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import { commitMarks } from '@provloom/rundir/entry'
import type { Recorder } from '@provloom/rundir/entry'
import { SegmentLog, lsn } from '@provloom/shared'
import type { Files, RunId } from '@provloom/shared'
import { makeRunDirectory } from './directory.ts'
import { readState, takeKept, unreadable } from './kept-state.ts'
import type { KeptState } from './kept-state.ts'
import { Lease } from './lease.ts'
import { OpenRun } from './open-run.ts'
import { Readers } from './readers.ts'
import { replay } from './replay.ts'
import type { ReplayOutcome } from './replay.ts'
import type { Surroundings } from './surroundings.ts'
import { Trouble, tellSkipped } from './trouble.ts'

/** What a new run is made from. */
export type RunRequest = Omit<RunFacts, 'runDir' | 'number'> & { readonly saveDir: string }

/**
 * Makes the directory of a new run. Until `beginRun` the run is not there for anybody.
 *
 * @throws {ProvloomError} `SAVE_DIR_UNWRITABLE`
 */
export function placeRun({ files }: Surroundings, request: RunRequest): RunFacts {
  const { saveDir, ...facts } = request
  const directory = makeRunDirectory(files, saveDir, facts.settings.experimentName)
  return { ...facts, runDir: directory.path, number: directory.number }
}

/**
 * Opens a new run in its directory: first journal entry, run.json, and a first prov.json.
 *
 * @param informedBy the run whose turn it takes, where that one could not go on
 * @throws {ProvloomError} `LOG_FAILED`, or the system's error when run.json cannot be written
 */
export async function beginRun(around: Surroundings, facts: RunFacts, informedBy?: RunId): Promise<OpenRun> {
  const lease = await takeLease(around, facts)
  const folder = filesOf(facts.runDir).journal
  const log = new SegmentLog({ files: around.files, folder, marks: commitMarks(-1) })
  const trouble = new Trouble(around.tell, facts.runId)
  const run = new OpenRun(around, facts, {
    log,
    readers: readersOf(around, facts, noState),
    lease,
    trouble,
  })
  await run.record({
    kind: 'opened',
    time: around.clock.nowUs(),
    runId: facts.runId,
    number: facts.number,
    jobKey: facts.jobKey,
    ordinal: facts.ordinal,
    ...(facts.runName === undefined ? {} : { runName: facts.runName }),
    ...(informedBy === undefined ? {} : { informedBy }),
    settings: facts.settings,
    aggregator: recorderOf(around),
  })
  // Ranks look for their run by run.json: it is there before the first of them is welcomed.
  await writeRunFile(around.files, facts, {
    summary: run.summary,
    journalPosition: run.roster.position,
    finished: false,
    connectionFile: around.connectionFile,
    files: [],
  })
  run.requestFlush()
  return run
}

/**
 * Goes on with a run that an earlier aggregator left open: snapshot, then replay, through the code that is used live.
 *
 * @param cause in words: why it is not the one that began it
 * @returns in a word what it is when it is not open: finished, or never begun, nobody having been welcomed to it
 * @throws {ProvloomError} `LOG_UNREADABLE`, or the journal's own errors
 */
export async function resumeRun(
  around: Surroundings,
  facts: RunFacts,
  cause: string,
): Promise<OpenRun | 'finished' | 'never-begun'> {
  const { journal, provJson } = filesOf(facts.runDir)
  const { files } = around
  if (!files.exists(journal)) return files.exists(provJson) ? 'finished' : 'never-begun'
  const lease = await takeLease(around, facts)
  try {
    // Whoever had it may have closed it in that moment.
    if (!files.exists(journal)) {
      lease.leave()
      return 'finished'
    }
    const run = await goOn(around, facts, lease, cause)
    if (run === 'never-begun') lease.leave()
    return run
  } catch (error) {
    lease.leave()
    throw error
  }
}

async function goOn(
  around: Surroundings,
  facts: RunFacts,
  lease: Lease,
  cause: string,
): Promise<OpenRun | 'never-begun'> {
  const files = filesOf(facts.runDir)
  removeLeftovers(around.files, facts.runDir)
  await takeKept(around.files, facts.runDir)
  const kept = readState(facts.runDir)
  const applied = kept.snapshot?.applied ?? lsn(-1)
  const log = new SegmentLog({ files: around.files, folder: files.journal, marks: commitMarks(applied) })
  // Entries below are not looked at any more: where damage took the end of the journal, none may get such a number.
  log.goOnAt(applied + 1)
  const readers = readersOf(around, facts, kept)
  const beganMs = around.clock.monotonicMs()
  const outcome = await replay(readers, log, kept.store?.replayFrom ?? 0)
  if (readers.position < 0) {
    log.close()
    // The first entry is written before the first document: with one on disk this is damage, and nothing is removed.
    if (!around.files.exists(files.provJson)) return 'never-begun'
    throw unreadable(files.journal, 'it holds no entry that can be read')
  }
  const trouble = new Trouble(around.tell, facts.runId)
  tellDamage(trouble, log, outcome)
  const replayMs = around.clock.monotonicMs() - beganMs
  const run = new OpenRun(around, facts, { log, readers, lease, trouble, replayMs })
  if (run.roster.closed) return run
  // What was read may not be synced yet: it becomes so before anything of it is acknowledged again.
  await syncLast(around, files.journal)
  await run.record({ kind: 'resumed', time: around.clock.nowUs(), aggregator: recorderOf(around), cause })
  run.requestFlush()
  return run
}

/**
 * Goes on with a run that was closed, from what closing has kept.
 *
 * @returns undefined when nothing was kept
 * @throws {ProvloomError} `LOG_UNREADABLE`, or the journal's own errors
 */
export async function reopenRun(
  around: Surroundings,
  facts: RunFacts,
  cause = 'the run was reopened',
): Promise<OpenRun | undefined> {
  const { journal, reopening } = filesOf(facts.runDir)
  const { files } = around
  if (!files.exists(reopening)) return undefined
  files.makeFolder(journal)
  const run = await resumeRun(around, facts, cause)
  if (typeof run === 'string') return undefined
  files.remove(reopening)
  // Who closed it has ended its recording.
  await run.record({ kind: 'resumed', time: around.clock.nowUs(), aggregator: recorderOf(around), cause })
  await run.record({ kind: 'reopened', time: around.clock.nowUs() })
  return run
}

/**
 * Goes on with a run of a run directory, whether it was left open or closed.
 *
 * @returns undefined when nothing is left that it could go on from
 * @throws {ProvloomError} `RUN_HELD`, `LOG_UNREADABLE`, or the journal's own errors
 */
export async function goOnWith(
  around: Surroundings,
  facts: RunFacts,
  cause: string,
): Promise<OpenRun | undefined> {
  const found = await resumeRun(around, facts, cause)
  const run = found === 'finished' ? await reopenRun(around, facts, cause) : found
  return typeof run === 'string' ? undefined : run
}

function takeLease({ clock, version, force, tell }: Surroundings, facts: RunFacts): Promise<Lease> {
  const told = (message: string): void =>
    tell({ kind: 'problem', code: 'RUN_TAKEN', runId: facts.runId, message, hint: undefined })
  return Lease.take(facts.runDir, { clock, version, force, told })
}

const noState: KeptState = { snapshot: undefined, store: undefined }

function readersOf(around: Surroundings, { runDir }: RunFacts, { snapshot, store }: KeptState): Readers {
  return new Readers(
    around.createGraphBuilder(snapshot?.graph),
    around.createMetricStore({
      folder: filesOf(runDir).metrics,
      curves: filesOf(runDir).curves,
      files: around.files,
      monotonicMs: () => around.clock.monotonicMs(),
      ...(store === undefined ? {} : { saved: store }),
    }),
  )
}

function tellDamage(trouble: Trouble, { cut }: SegmentLog, outcome: ReplayOutcome): void {
  const { damage, unreadable, missing, skipped } = outcome
  if (skipped !== undefined) tellSkipped(trouble, skipped.position, skipped.reason)
  const bad = (key: string, message: string): void =>
    trouble.began(key, new Error(message), 'JOURNAL_DAMAGED')
  if (cut !== undefined) {
    const place = `byte ${cut.offset} of ${cut.file}`
    bad(
      'cut',
      `The last commit of the journal is not whole: it is cut at ${place}, with ${cut.records} records behind it. None of them was acknowledged: ranks send them again`,
    )
  }
  const lost = damage.reduce((sum, one) => sum + one.lost, 0)
  if (lost + unreadable === 0) return
  const place = damage.map((one) => `${one.file} at byte ${one.offset}`).join(', ')
  const events = missing === 0 ? '' : `; ${missing} events were in them and count as dropped`
  bad(
    'damage',
    `${lost + unreadable} journal records cannot be read (${place})${events}; the run goes on without them`,
  )
}

async function syncLast(around: Surroundings, folder: string): Promise<void> {
  const last = around.files.list(folder).findLast((name) => name.endsWith('.seg'))
  if (last === undefined) return
  const open = around.files.open(path.join(folder, last), 'append')
  try {
    await open.sync()
  } finally {
    open.close()
  }
}

/** Temporary files of an aggregator that was killed while it wrote. */
function removeLeftovers(files: Files, runDir: string): void {
  for (const folder of [runDir, filesOf(runDir).journal]) {
    for (const name of files.list(folder)) {
      if (/\.\d+\.tmp$/.test(name)) files.remove(path.join(folder, name))
    }
  }
}

function recorderOf({ version, host }: Surroundings): Recorder {
  return { version, host, pid: process.pid }
}
