import { aggregatorKey, checkOptions, saveDirIn, workingFolder } from '@provloom/shared'
import type { GivenOptions } from '@provloom/shared'
import type { StatusListener } from './status.ts'

type OptionName =
  | 'experimentName'
  | 'provUserNamespace'
  | 'provenanceSaveDir'
  | 'collectAllProcesses'
  | 'saveAfterNLogs'
  | 'createGraph'
  | 'createSvg'
  | 'jobKey'
  | 'host'
  | 'port'
  | 'advertise'
  | 'insecure'
  | 'exitWhenDone'

type Options = { readonly [Name in OptionName]?: GivenOptions[Name] | undefined }

/** What a person or program may set. What is absent is asked of the first rank, or has its default. */
export type AggregatorConfig = Options & {
  /** Called for everything that happens. It must not throw. */
  readonly onStatus?: StatusListener
  /** Where `PROVLOOM_*` and the batch job's id are looked up. Default: the process's own. */
  readonly environment?: NodeJS.ProcessEnv
  /** Run directories to go on with, beside those that an earlier aggregator of this folder left open. */
  readonly resume?: readonly string[]
  /** The folder that agents and aggregator meet in, where it is another than the save directory. */
  readonly meetDir?: string
  /** Agents start one of each: it steps down where there is a later one, and says so when it leaves. */
  readonly generation?: number
  /** Takes the runs that it goes on with from whoever has them, living or not. */
  readonly force?: boolean
  /**
   * Whether whoever started it is there to end it, and waits for ranks that are silent. Without it: somebody is, unless
   * agents have started it.
   */
  readonly isAttended?: () => boolean
  /** Runs are ended by `stop` alone: whoever hands in what was kept knows when that is all. */
  readonly holdOpen?: boolean
}

/** Checked, with defaults. */
export interface Settings {
  readonly asked: Pick<
    GivenOptions,
    'experimentName' | 'provUserNamespace' | 'provenanceSaveDir' | 'collectAllProcesses' | 'saveAfterNLogs'
  >
  /** Absolute path. Run directories, unless a rank asks for another place and we were given none. */
  readonly saveDir: string
  /** Absolute path. The control folder is in it: the save directory, where nobody named another. */
  readonly meetDir: string
  readonly connectionKey: string
  readonly generation: number | undefined
  readonly isAttended: () => boolean
  readonly createGraph: boolean
  readonly createSvg: boolean
  readonly listen: string
  readonly port: number
  readonly advertise: string | undefined
  readonly encrypted: boolean
  readonly resume: readonly string[]
  readonly force: boolean
  readonly holdOpen: boolean
}

const saveDirDefault = 'prov'

/** @throws {ProvloomError} `UNKNOWN_OPTION`, `BAD_OPTION`, `SAVE_DIR_UNKNOWN` */
export function settingsOf(config: AggregatorConfig): Settings {
  const {
    onStatus: _listener,
    environment = process.env,
    resume,
    force,
    holdOpen,
    meetDir,
    generation,
    isAttended,
    ...input
  } = config
  const given = checkOptions('aggregator', input, environment)
  const encrypted = given.insecure !== true
  const saveDir = saveDirIn(workingFolder(), given.provenanceSaveDir ?? meetDir ?? saveDirDefault)
  return {
    asked: given,
    saveDir,
    meetDir: meetDir === undefined ? saveDir : saveDirIn(workingFolder(), meetDir),
    generation,
    isAttended: isAttended ?? (() => generation === undefined),
    connectionKey: aggregatorKey(environment, given.jobKey),
    createGraph: given.createGraph ?? false,
    createSvg: given.createSvg ?? false,
    listen: given.host ?? (encrypted ? '0.0.0.0' : '127.0.0.1'),
    port: given.port ?? 0,
    advertise: given.advertise,
    encrypted,
    resume: resume ?? [],
    force: force ?? false,
    holdOpen: holdOpen ?? false,
  }
}
