import { isOn, reasonOf, runIdFrom, shellWord, shownPath } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { servingAgent } from '../tree/claim.ts'
import { readControl } from './control.ts'
import { treeOf } from '../session/folder.ts'
import { treeFolderAt } from '../tree/folder.ts'
import { current, harmless, leave } from './current.ts'
import { nameOf } from './name.ts'
import { shown } from './number.ts'
import { startOwnAgent } from './own-agent.ts'
import { pathFrom } from './paths.ts'
import { present } from './present.ts'
import { saveDirOf } from './save-dir.ts'
import type { Session, SessionOptions } from './session.ts'
import { tellEnd, tellHelped } from './tell-end.ts'
import { tellLine, tellOnce } from './tell.ts'
import { endByNow, endsItsContainer, waitForEnd } from './wait.ts'
import { startSession } from './which.ts'
import { readOptions } from './with-options.ts'

/** What a run is begun with. What the agent's command line says wins over what is said here. */
export interface RunOptions {
  /** An IRI, or a host such as `www.example.org`. */
  readonly provUserNamespace?: string
  /** Runs are saved as NAME_0, NAME_1, ... */
  readonly experimentName?: string
  /** Folder that run directories are made in. */
  readonly provenanceSaveDir?: string
  /** Collect every rank, not only rank 0. Who says nothing takes what its run's first rank said. */
  readonly collectAllProcesses?: boolean
  /** Save the graph after so many logs. */
  readonly saveAfterNLogs?: number
  /** This process's rank; else found from the launcher's environment. */
  readonly rank?: number
  /** How many ranks the job has; else found from the launcher's environment. */
  readonly worldSize?: number
  /** Names the run: runs of one name are counted apart from those of another. */
  readonly runName?: string
  /** Joins this run, a UUID. */
  readonly runId?: string
  /** Do not measure energy. */
  readonly disableCodecarbon?: boolean
}

export interface EndOptions {
  /** At the end also write the graph as DOT. */
  readonly createGraph?: boolean
  /** At the end also write the graph as a picture, and its DOT. */
  readonly createSvg?: boolean
  /** Wait until the graph on disk holds this run; rank 0 does unless it is false, others do not unless it is true. */
  readonly wait?: boolean
}

/** A run of this process. */
export interface Run {
  /** The folder it is kept in until it is in the graph; undefined when there is none. */
  readonly spool: string | undefined
  /** The run's directory, as soon as it is known. */
  readonly directory: string | undefined
  /** Whether calls are being recorded: false after `endRun`, and where the agent does not want this rank. */
  readonly active: boolean
  end(options?: EndOptions): Promise<boolean>
}

/** Begins to record this process into a run. Never throws. */
export function startRun(options: RunOptions = {}): Run {
  const line = callerOf(startRun)
  harmless('startRun', () => begin(checked(legible('startRun', options)), line))
  const session = current.session
  return {
    spool: session?.spool.root,
    get directory() {
      return session === undefined
        ? undefined
        : (directoryOf.get(session) ?? readControl(session.spool)?.runDir)
    },
    get active() {
      return session !== undefined && session === current.session && session.active
    },
    end: endRun,
  }
}

/** Where runs that have ended are: their session's folder is gone. */
const directoryOf = new WeakMap<Session, string>()

/**
 * Ends the run of this process.
 *
 * @returns whether the graph on disk holds it; of a rank that does not wait, whether it did at once; of one that is not
 *   collected, true; where no run goes on, whether it holds the one before by now
 */
export async function endRun(options: EndOptions = {}): Promise<boolean> {
  const given = legible('endRun', options)
  const before = current.session === undefined ? current.last : undefined
  if (before !== undefined) return harmless('endRun', () => 'control' in endByNow(before)) ?? false
  const session = harmless('endRun', () => ended(given))
  if (session === undefined) return false
  const wait = given.wait ?? (isFirst(session) || (session.plain && endsItsContainer()))
  const outcome = wait ? await waitForEnd(session) : endByNow(session)
  if ('control' in outcome && outcome.control?.runDir !== undefined)
    directoryOf.set(session, outcome.control.runDir)
  if (session.plain && (wait || outcome.kind !== 'not-yet'))
    harmless('endRun', () => tellEnd(session, outcome))
  else if (session.plain) {
    session.tellNotices()
    if (!current.agentless && readControl(session.spool) === undefined) current.unheard = session
  }
  return 'control' in outcome
}

function legible<T extends object>(call: string, given: T): T {
  const { options, trouble } = readOptions(given)
  if (trouble !== undefined) tellOnce(`options ${call}`, `${call}: ${trouble}; it goes on without them`)
  return options
}

function ended(options: EndOptions): Session | undefined {
  const { session } = current
  if (session === undefined) {
    if (current.absent === 'before-start')
      tellOnce('before-start', 'endRun was called before startRun: there is nothing to end')
    return undefined
  }
  if (!session.release()) return undefined
  leave(session, 'completed', 'call', {
    createGraph: options.createGraph === true,
    createSvg: options.createSvg === true,
  })
  if (session.kind !== 'helper') return session
  tellHelped(session)
  return undefined
}

/** By what is known here; a barrier would hold the processors of the others. */
function isFirst(session: Session): boolean {
  const said = readControl(session.spool)?.rank
  return (said ?? Number(process.env['RANK'] ?? process.env['SLURM_PROCID'] ?? 0)) === 0
}

function begin(options: SessionOptions, line: string): void {
  try {
    if (startSession(options, line) && current.session !== undefined) announce(current.session)
  } catch (error) {
    if (current.session !== undefined) throw error
    current.absent = 'unable'
    tellOnce(
      'no-spool',
      `no place for this run can be made (${reasonOf(error)}): nothing is recorded. ` +
        'Set PROVLOOM_SPOOL_ROOT to a folder that can be written.',
    )
  }
}

/** Under a plain start: an agent where none lives, and what is recorded and where. */
function announce({ spool, plain, options }: Session): void {
  const tree = treeFolderAt(treeOf(spool))
  if (servingAgent(tree.root) === undefined) current.agentless = !startOwnAgent(tree, spool.root)
  // Without an agent there is no graph yet: where it is kept has been told.
  if (!plain || current.agentless || isOn(process.env, 'PROVLOOM_QUIET')) return
  const { experimentName = 'this run' } = options
  const where = shownPath(saveDirOf(options))
  const follow = `provloom watch${where === 'prov' ? '' : ` ${shellWord(where)}`}`
  tellLine(`recording ${experimentName}, graph in ${where}       follow: ${follow}`)
}

/** Where a call was made from: file, line and column; empty where that cannot be had. */
function callerOf(call: (options: RunOptions) => Run): string {
  try {
    const at: { stack?: unknown } = {}
    Error.captureStackTrace(at, call)
    return typeof at.stack === 'string' ? (at.stack.split('\n')[1]?.trim() ?? '') : ''
  } catch {
    return ''
  }
}

/** The options as session.start holds them; one that is wrong is told and left out. */
function checked(options: RunOptions): SessionOptions {
  return present({
    provUserNamespace: nameFrom('provUserNamespace', textFrom(options.provUserNamespace)),
    experimentName: nameFrom('experimentName', options.experimentName),
    provenanceSaveDir: folderFrom(options.provenanceSaveDir),
    collectAllProcesses: flagFrom(options.collectAllProcesses),
    saveAfterNLogs: countFrom('saveAfterNLogs', options.saveAfterNLogs, 1),
    rank: countFrom('rank', options.rank, 0),
    worldSize: countFrom('worldSize', options.worldSize, 1),
    runName: nameFrom('runName', options.runName),
    runId: runIdOf(options.runId),
    disableCodecarbon: flagFrom(options.disableCodecarbon),
  })
}

// JavaScript passes what it likes: the record must be right all the same.
function textFrom(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A name; one that a person would not see is as if it were not given. */
function nameFrom(option: string, value: unknown): string | undefined {
  const text = nameOf(value)
  if (text === undefined || /[^\p{C}\p{Z}]/u.test(text)) return text
  tellOnce(
    `option ${option}`,
    `startRun: ${option} has no letter that can be seen; it is as if it were not given`,
  )
  return undefined
}

function runIdOf(value: unknown): RunId | undefined {
  const runId = runIdFrom(value)
  if (runId !== undefined || (value ?? '') === '') return runId
  const text = `startRun: runId must be the id of a run, a UUID as run.json has it, not ${shown(value)}; it is as if it were not given`
  tellOnce('option runId', text)
  return undefined
}

function folderFrom(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const found = pathFrom(value)
  if (found.kind === 'path') return found.path
  const text = `startRun: provenanceSaveDir ${found.why}; it is as if it were not given`
  tellOnce('option provenanceSaveDir', text)
  return undefined
}

function flagFrom(value: unknown): boolean | undefined {
  return value === undefined || value === null ? undefined : value === true
}

function countFrom(option: string, value: number | undefined, least: number): number | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return value
  tellOnce(
    `option ${option}`,
    `startRun: ${option} must be an integer from ${least} on, not ${shown(value)}; it is as if it were not given`,
  )
  return undefined
}
