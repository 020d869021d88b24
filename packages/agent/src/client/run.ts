import fs from 'node:fs'
import path from 'node:path'
import { reasonOf } from '@provloom/shared'
import { spoolFolderAt } from '../spool/folder.ts'
import { current, enter, harmless } from './current.ts'
import { makeOwnSpool, startOwnAgent } from './launch.ts'
import { nameOf } from './name.ts'
import { shown } from './number.ts'
import { present } from './present.ts'
import { Session } from './session.ts'
import type { SessionOptions } from './session.ts'
import { tellOnce } from './tell.ts'

/** What a run is begun with. What the agent's command line says wins over what is said here. */
export interface RunOptions {
  /** An IRI, or a host such as `www.example.org`. */
  readonly provUserNamespace?: string
  /** Runs are saved as NAME_0, NAME_1, ... */
  readonly experimentName?: string
  /** Folder that run directories are made in. */
  readonly provenanceSaveDir?: string
  /** Collect every rank, not only rank 0. */
  readonly collectAllProcesses?: boolean
  /** Save the graph after so many logs. */
  readonly saveAfterNLogs?: number
  /** This process's rank; else found from the launcher's environment. */
  readonly rank?: number
  /** Do not measure energy. */
  readonly disableCodecarbon?: boolean
}

export interface EndOptions {
  /** At the end also write the graph as DOT. */
  readonly createGraph?: boolean
  /** At the end also write the graph as a picture, and its DOT. */
  readonly createSvg?: boolean
}

/** A run of this process. */
export interface Run {
  /** The folder it is kept in until the agent has sent it; undefined when there is none. */
  readonly spool: string | undefined
  /** Whether calls are being recorded: false after `endRun`, and where the agent does not want this rank. */
  readonly active: boolean
  end(options?: EndOptions): void
}

/** Begins to record this process into a run. Never throws. */
export function startRun(options: RunOptions = {}): Run {
  harmless('startRun', () => {
    if (current.session !== undefined) {
      const text = 'startRun was called twice; the first run goes on until endRun'
      current.session.problem('ALREADY_STARTED', text)
    } else {
      begin(checked(options))
    }
  })
  const session = current.session
  return {
    spool: session?.spool.root,
    get active() {
      return session !== undefined && session === current.session && session.wanted
    },
    end: endRun,
  }
}

/** Ends the run of this process. */
export function endRun(options: EndOptions = {}): void {
  harmless('endRun', () => {
    const session = current.session
    if (session === undefined) {
      if (current.absent === 'before-start') {
        tellOnce('before-start', 'endRun was called before startRun: there is nothing to end')
      }
      return
    }
    current.session = undefined
    current.absent = 'after-end'
    delete process.env['PROVLOOM_SESSION']
    session.end('completed', undefined, options.createGraph === true, options.createSvg === true)
  })
}

function begin(options: SessionOptions): void {
  const given = process.env['PROVLOOM_SPOOL_DIR']
  try {
    if (given !== undefined && given !== '' && fs.existsSync(given)) {
      enter(new Session(spoolFolderAt(path.resolve(given)), options))
      return
    }
    const spool = makeOwnSpool(options)
    enter(new Session(spool, options))
    startOwnAgent(spool)
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

/** The options as session.start holds them; one that is wrong is told and left out. */
function checked(options: RunOptions): SessionOptions {
  const folder = textFrom(options.provenanceSaveDir)
  return present({
    provUserNamespace: textFrom(options.provUserNamespace),
    experimentName: nameOf(options.experimentName),
    provenanceSaveDir: folder === undefined ? undefined : path.resolve(folder),
    collectAllProcesses: flagFrom(options.collectAllProcesses),
    saveAfterNLogs: countFrom('saveAfterNLogs', options.saveAfterNLogs, 1),
    rank: countFrom('rank', options.rank, 0),
    disableCodecarbon: flagFrom(options.disableCodecarbon),
  })
}

// JavaScript passes what it likes: the record must be right all the same.
function textFrom(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function flagFrom(value: unknown): boolean | undefined {
  return value === undefined ? undefined : value === true
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
