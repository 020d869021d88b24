import type { Asked, GivenOptions } from '@provloom/shared'
import type { SessionFacts } from './session/facts.ts'
import { nameWithin, saveDirIn } from '@provloom/shared'

/** What the agent works by, once the worker has said what it wants. */
export interface Settings {
  readonly experimentName: string
  readonly provUserNamespace: string
  /** Absolute. */
  readonly provenanceSaveDir: string
  readonly disableCodecarbon: boolean
  /** For the hello: what somebody gave, and the defaults that only this rank knows. */
  readonly asked: Asked
}

const saveDirDefault = 'prov'
const namespaceDefault = 'http://localhost/'

/**
 * Options win over what the worker's `start_run` asks for, and that over defaults.
 *
 * @param experimentDefault the name when nobody gave one
 * @param directory relative save directories are taken from here; empty where it is not known
 * @throws {ProvloomError} `SAVE_DIR_UNKNOWN`
 */
export function settingsOf(
  given: GivenOptions,
  start: SessionFacts,
  experimentDefault: string,
  directory: string,
): Settings {
  const experimentName = nameWithin(given.experimentName ?? start.experimentName ?? experimentDefault)
  const provUserNamespace = given.provUserNamespace ?? start.provUserNamespace ?? namespaceDefault
  const saveDir = given.provenanceSaveDir ?? start.provenanceSaveDir ?? saveDirDefault
  const provenanceSaveDir = saveDirIn(directory, saveDir)
  const collectAllProcesses = given.collectAllProcesses ?? start.collectAllProcesses
  const wantedLogs = given.saveAfterNLogs ?? start.saveAfterNLogs
  const saveAfterNLogs = wantedLogs !== undefined && wantedLogs > 0 ? wantedLogs : undefined
  return {
    experimentName,
    provUserNamespace,
    provenanceSaveDir,
    disableCodecarbon: given.disableCodecarbon ?? start.disableCodecarbon ?? false,
    asked: {
      experimentName,
      provUserNamespace,
      provenanceSaveDir,
      ...(collectAllProcesses === undefined ? {} : { collectAllProcesses }),
      ...(saveAfterNLogs === undefined ? {} : { saveAfterNLogs }),
    },
  }
}
