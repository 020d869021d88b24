import { saveAfterNLogsDefault } from '../limits.ts'

/**
 * Every option that agent, aggregator and the command line share, as data: one place for names, defaults, units and
 * words. Names are prov4ml's; the command line has them in kebab-case, the environment as PROVLOOM_ in capitals.
 */
export type OptionKind =
  | 'text'
  | 'flag'
  | 'count'
  | 'port'
  | 'positive'
  | 'seconds'
  | 'intensity'
  | 'path'
  | 'run-id'
export type Part = 'run' | 'agent' | 'aggregator'

export interface Option {
  readonly kind: OptionKind
  readonly parts: readonly Part[]
  readonly help: string
  /** For `--help` and docs; undefined where there is none. */
  readonly default?: string
  /** What stands for the value in `--help`. */
  readonly value?: string
}

/** Options a person gave, checked; those nobody gave are absent, so that defaults are decided in one later place. */
export interface GivenOptions {
  readonly experimentName?: string
  readonly provUserNamespace?: string
  readonly provenanceSaveDir?: string
  readonly collectAllProcesses?: boolean
  readonly saveAfterNLogs?: number
  readonly rank?: number
  readonly disableCodecarbon?: boolean
  readonly disableStderr?: boolean
  readonly createGraph?: boolean
  readonly createSvg?: boolean
  readonly jobKey?: string
  readonly runId?: string
  readonly connection?: string
  readonly spoolRoot?: string
  readonly sampleIntervalSeconds?: number
  readonly carbonZone?: string
  readonly carbonIntensity?: number
  readonly mlflow?: boolean
  readonly tensorboard?: string
  readonly disableTensorboard?: boolean
  readonly mlflowForward?: string
  readonly mlflowHttpArtifacts?: boolean
  readonly asProv4ml?: boolean
  readonly host?: string
  readonly port?: number
  readonly advertise?: string
  readonly insecure?: boolean
  readonly exitWhenDone?: boolean
}

export type OptionName = keyof GivenOptions

const all: readonly Part[] = ['run', 'agent', 'aggregator']

export const options: Readonly<Record<OptionName, Option>> = {
  experimentName: {
    kind: 'text',
    parts: all,
    value: 'NAME',
    help: 'name of the experiment; runs are saved as NAME_0, NAME_1, ...',
  },
  provUserNamespace: {
    kind: 'text',
    parts: all,
    value: 'IRI',
    help: 'namespace of the graph: an IRI or a host such as www.example.org',
  },
  provenanceSaveDir: {
    kind: 'path',
    parts: all,
    value: 'DIR',
    default: 'prov',
    help: 'folder that run directories are made in',
  },
  collectAllProcesses: {
    kind: 'flag',
    parts: all,
    default: 'false',
    help: 'collect every rank, not only rank 0',
  },
  saveAfterNLogs: {
    kind: 'positive',
    parts: all,
    value: 'N',
    default: String(saveAfterNLogsDefault),
    help: 'save the graph after every N logs (params, metric points, artifacts) of all accepted ranks',
  },
  rank: {
    kind: 'count',
    parts: ['agent'],
    value: 'K',
    help: 'rank of this process; wins over what the launcher says',
  },
  disableCodecarbon: {
    kind: 'flag',
    parts: ['run', 'agent'],
    default: 'false',
    help: 'do not measure energy',
  },
  disableStderr: {
    kind: 'flag',
    parts: ['run', 'agent'],
    default: 'false',
    help: 'do not record the last lines of standard error of a rank that did not end well',
  },
  createGraph: {
    kind: 'flag',
    parts: ['run', 'aggregator'],
    default: 'false',
    help: 'at the end also write the graph as DOT',
  },
  createSvg: {
    kind: 'flag',
    parts: ['run', 'aggregator'],
    default: 'false',
    help: 'at the end also write the graph as a picture (SVG), and its DOT',
  },
  jobKey: {
    kind: 'text',
    parts: all,
    value: 'KEY',
    help: 'name of the job; found from its launcher or batch system when not given (docs/launchers.md)',
  },
  runId: { kind: 'run-id', parts: ['agent'], value: 'UUID', help: 'join this run' },
  connection: {
    kind: 'path',
    parts: ['agent'],
    value: 'FILE',
    help: "the aggregator's connection file; found in the save directory when not given",
  },
  spoolRoot: {
    kind: 'path',
    parts: ['run', 'agent'],
    value: 'DIR',
    help: "folder on this machine's own disk for spools",
    default: 'TMPDIR/provloom-UID',
  },
  sampleIntervalSeconds: {
    kind: 'seconds',
    parts: ['run', 'agent'],
    value: 'S',
    default: '10',
    help: 'seconds between samples of CPU, memory, disk and network; 0 takes none',
  },
  carbonZone: {
    kind: 'text',
    parts: ['run', 'agent'],
    value: 'ZONE',
    help: "where the machines' electricity is from (FR, US-CAL-CISO): CO2 equivalent is told beside the energy; of nowhere none is",
  },
  carbonIntensity: {
    kind: 'intensity',
    parts: ['run', 'agent'],
    value: 'G',
    help: 'grams of CO2 equivalent for a kilowatt-hour there, where it is known better than from a table',
  },
  mlflow: {
    kind: 'flag',
    parts: ['run', 'agent'],
    default: 'false',
    help: "answer the command's MLflow client on this machine, and record what it logs (docs/mlflow.md)",
  },
  tensorboard: {
    kind: 'path',
    parts: ['run', 'agent'],
    value: 'DIR',
    help: "folder of the command's TensorBoard event files: what appears there is recorded, beside those that it holds open (docs/tensorboard.md)",
  },
  disableTensorboard: {
    kind: 'flag',
    parts: ['run', 'agent'],
    default: 'false',
    help: "do not record the command's TensorBoard event files",
  },
  mlflowForward: {
    kind: 'text',
    parts: ['run', 'agent'],
    value: 'URI',
    help: 'with --mlflow: hand what is recorded on to this MLflow server, in the background',
    default: 'MLFLOW_TRACKING_URI, where that is one',
  },
  mlflowHttpArtifacts: {
    kind: 'flag',
    parts: ['run', 'agent'],
    default: 'false',
    help: "with --mlflow: the command's MLflow client sends its artifacts by HTTP, where it does not see the spool's folder",
  },
  asProv4ml: {
    kind: 'flag',
    parts: ['run', 'agent'],
    default: 'false',
    help: 'prov4ml and yprov4ml of the worker are Provloom, also where the real ones are installed',
  },
  host: {
    kind: 'text',
    parts: ['aggregator'],
    value: 'ADDRESS',
    help: 'address to listen on',
    default: '0.0.0.0, with --insecure 127.0.0.1',
  },
  port: {
    kind: 'port',
    parts: ['aggregator'],
    value: 'PORT',
    default: '0, any free one',
    help: 'TCP port to listen on',
  },
  advertise: {
    kind: 'text',
    parts: ['aggregator'],
    value: 'HOST',
    help: 'name or address under which ranks reach this machine',
  },
  exitWhenDone: {
    kind: 'flag',
    parts: ['aggregator'],
    default: 'false',
    help: 'exit when at least one run was served and none is open',
  },
  insecure: {
    kind: 'flag',
    parts: ['aggregator'],
    default: 'false',
    help: 'no encryption and no authentication; listens on loopback unless --host says otherwise',
  },
}

/** `saveAfterNLogs` -> `--save-after-n-logs` */
export function flagOf(name: string): string {
  return `--${kebab(name)}`
}

/** `saveAfterNLogs` -> `PROVLOOM_SAVE_AFTER_N_LOGS` */
export function variableOf(name: string): string {
  return `PROVLOOM_${kebab(name).replaceAll('-', '_').toUpperCase()}`
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]+(?![a-z])|[A-Z]/g, (letters) => `-${letters.toLowerCase()}`)
}
