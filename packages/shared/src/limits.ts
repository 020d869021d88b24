/**
 * Every bound in one file, units in the names, relations between bounds asserted below.
 * What happens at each bound is told in docs/operating.md.
 */
const KiB = 1024
const MiB = 1024 * KiB

/** Payload of one framed record. Larger than any event, small enough to hold in memory. */
export const recordBytesMax: number = 16 * MiB
/** JSON text of one event. An event is a fact, not a file: files go by `log_artifact`. */
export const eventBytesMax: number = 1 * MiB
/** Keys, names and labels, in UTF-16 code units. Longer ones are cut by clients and refused at the border. */
export const nameLengthMax = 512
/** A parameter's value, in UTF-8: the graph holds all of it. A parameter is a value; a file is logged as a file. */
export const valueBytesMax: number = 64 * KiB
/** Lists and objects inside each other that are written out. */
export const valueLevelsMax = 32
/** Parameters or metrics of one call. */
export const pairsPerCallMax = 10_000
/** A path as somebody gives it, as the system has it: a longer text is none. */
export const pathBytesMax = 4096
/** Words and characters of a command line that is given to `log_execution_command`. */
export const commandWordsMax = 1024
export const commandLengthMax: number = 128 * KiB
/** A segment is closed when it has grown to this. Small enough that acknowledged space returns soon. */
export const segmentBytesMax: number = 8 * MiB
/** All of one rank's spool. Beyond it events are dropped, counted. */
export const spoolBytesMax: number = 1024 * MiB
/** The last part of the spool is kept for params, artifacts and lifecycle: metrics are dropped first. */
export const spoolReserveBytes: number = 16 * MiB
/** Streams of one rank (worker, its forked processes, the agent). DataLoader workers come and go. */
export const streamsPerRankMax = 4096
/** Runs that one aggregator has open. A batch job may have hundreds of steps; each holds a file and a graph. */
export const openRunsMax = 1024
/** Attempts of ranks in one run, admitted or turned away. The graph holds one element for each. */
export const attemptsPerRunMax = 131_072
/** Series of one stream. The graph holds one element per series. */
export const seriesPerStreamMax = 16_384
/** One envelope on the wire, encoded. */
export const envelopeBytesMax: number = 4 * MiB
/** Records in one envelope. */
export const envelopeRecordsMax = 65_536
/** Oldest record an agent holds back to fill an envelope. The aggregator may ask for more. */
export const envelopeAgeMs = 200
/** The most it asks for: what is logged is on the head node after that, however many ranks there are. */
export const envelopeAgeMsMax = 2_000
/** Envelopes a second, over all ranks, beyond which it asks for fuller ones: each costs it the same, full or not. */
export const envelopesPerSecond = 1_000
/** A rank's envelopes in flight, sent and not acknowledged, in bytes. The aggregator may grant less. */
export const creditBytes: number = 8 * MiB
/** The least it grants, however many ranks there are: two small envelopes. */
export const creditBytesMin: number = 64 * KiB
/** In flight over all ranks, and taken in but not yet applied: what the aggregator has to hold in memory at once. */
export const inFlightBytesMax: number = 64 * MiB
/** Metric rows of one run in the aggregator's memory, waiting to be encoded, 28 bytes each: some seconds of a flood. */
export const waitingRowsBytesMax: number = 256 * MiB
/** A frame other than an envelope (hello, acknowledgement, ...). */
export const messageBytesMax: number = 1 * MiB
/** Frames of one ZeroMQ message as the aggregator sees it: who sent it, and what. */
export const framesMax = 2
/** ZeroMQ's own queue per peer, in messages: just above what credit lets through. */
export const highWaterMark = 1024
/** Agent to aggregator; three missed ones and the rank counts as lost. */
export const heartbeatIntervalMs = 2_000
export const lostAfterMs: number = 15_000
/** TCP connections waiting to be accepted: 1,000 ranks may come back at once. */
export const listenBacklog = 4096
/** Sessions that one agent serves at once; further ones wait in their folders. */
export const openSessionsMax = 256
/** Draining at the end with the aggregator down. Launchers give 30 s before SIGKILL. */
export const drainMs = 5_000
/** Rows in one Parquet part; a part is also sealed by age. */
export const partRowsMax = 1_000_000
export const partAgeMs = 60_000
/** Files up to this are hashed in the call; larger ones are cloned, copied or marked, and hashed by the agent. */
export const artifactInlineBytesMax: number = 64 * MiB
/** Copies of files that wait in the spool for the agent. A spool may lie in memory. */
export const copiesBytesMax: number = 512 * MiB
/** Time for the copies and hashes of one call; what is left is marked. */
export const keepMs = 5_000
/** Files of one logged folder. */
export const folderFilesMax = 10_000
/** What is looked at of one logged folder, to count it. */
export const folderEntriesMax = 200_000
/** A run's head in run.json: a thousand runs are listed by reading a thousand of these. */
export const headBytesMax: number = 256 * KiB
/** Parameters in it; more are counted. */
export const headParamsMax = 200
/** Metrics in it; more are counted. */
export const headMetricsMax = 50
/** Inputs in it, and as many outputs; more are counted. */
export const headFilesMax = 1_000
/** Hosts in it; more are counted. */
export const headHostsMax = 200
/** Characters of a text in it. */
export const headTextMax = 1_000
/** Last lines of a failed worker's standard error kept as the reason. */
export const errorTailBytes: number = 4 * KiB
/** saveAfterNLogs, when nobody sets it. The reference page's default. */
export const saveAfterNLogsDefault = 100

function relation(holds: boolean, text: string): void {
  if (!holds) throw new Error(`limits.ts: ${text}`)
}
relation(eventBytesMax <= recordBytesMax, 'an event fits into a record')
relation(valueBytesMax * 8 <= eventBytesMax, 'a value fits into an event, whatever has to be escaped in it')
relation(envelopeBytesMax <= recordBytesMax, 'an envelope fits into a journal record')
relation(eventBytesMax <= envelopeBytesMax, 'an event fits into an envelope')
relation(envelopeBytesMax <= creditBytes, 'credit lets at least one envelope through')
relation(creditBytesMin <= creditBytes && creditBytes <= inFlightBytesMax, 'no rank is granted more than all')
relation(envelopeAgeMs <= envelopeAgeMsMax, 'ages may grow')
relation(envelopeAgeMsMax <= drainMs, 'an envelope gets full before an agent gives up')
relation(spoolReserveBytes < spoolBytesMax, 'the reserve is part of the spool')
relation(artifactInlineBytesMax <= copiesBytesMax, 'what is hashed in the call can be copied')
relation(folderFilesMax <= folderEntriesMax, 'all files of a folder are looked at')
relation(segmentBytesMax <= spoolReserveBytes, 'a segment fits into the reserve')
relation(heartbeatIntervalMs * 3 <= lostAfterMs, 'three heartbeats fit before a rank is lost')
