/**
 * Every bound in one file, units in the names, relations between bounds asserted below. A bound is what is cut, refused,
 * dropped, held or waited for, as far as a user sees it or an operator may want to know it; how a format, an algorithm or a
 * picture is made, and how often something is tried, is not. What happens at each is told in docs/operating.md.
 */
const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

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
/** Values of a metric that is a list; a longer one is a file. */
export const vectorLengthMax = 1024
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
/** The first one of a run, or of an aggregator that goes on with it; each may wait twice as long as the one before. */
export const partAgeMsMin = 2_000
export const partAgeMsMax = 60_000
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
/** Of a folder that is an input the contents of so many bytes are in its digest; behind them names and sizes. */
export const folderDigestBytesMax: number = 4 * 1024 * MiB
/** A run's head in run.json: a thousand runs are listed by reading a thousand of these. */
export const headBytesMax: number = 384 * KiB
/** Parameters in it; more are counted. */
export const headParamsMax = 1_000
/** Metrics in it; more are counted. */
export const headMetricsMax = 250
/** Metrics in it that have their course in few numbers, and some more of those that people look at first. */
export const headSparksMax = 50
/** Inputs in it, and as many outputs; more are counted. */
export const headFilesMax = 1_000
/** Hosts in it; more are counted. */
export const headHostsMax = 200
/** Characters of a text in it. */
export const headTextMax = 1_000
/** Characters of what a rank's row in run.json tells: its devices, its error. */
export const rankTextMax = 200
/** A run that goes on and of which nothing was written for so long is shown as silent. */
export const silentAfterMs: number = 60_000
/** Runs in one answer, unless another number is asked for. */
export const runsShownDefault = 200
/** Runs that are compared at once. */
export const runsComparedMax = 8
/** Ranks of which single curves are told at once. */
export const curvesShownMax = 64
/** Of the kept diffs of two runs, each: a larger one is not compared. */
export const patchComparedBytesMax: number = 1 * MiB
/** Runs whose graphs are gone through for the lineage of one file, and steps of it that are told of one run. */
export const lineageRunsMax = 16
export const lineageStepsMax = 512
/** Events that are told of a run that has ended. */
export const eventsOfEndedMax = 1_000
/** Elements of a graph that are laid out at once. */
export const elementsShownMax = 150
/** Live views of one `provloom ui` at once: each looks once a second. Further ones ask now and then. */
export const uiStreamsMax = 32
/** Ports that `provloom ui` tries, from the one that is wanted on. */
export const uiPortsTried = 20
/** Last lines of a failed worker's standard error kept as the reason. */
export const errorTailBytes: number = 4 * KiB
/** Of what a rank that did not end well wrote to standard error the last so many letters, in so many lines. */
export const stderrLengthMax = 2048
export const stderrLinesMax = 24
/** Between two samples of worker and host, when nobody sets it. */
export const sampleIntervalSecondsDefault = 10
/** saveAfterNLogs, when nobody sets it. The reference page's default. */
export const saveAfterNLogsDefault = 100

// What is recorded of what a client and an agent are given or find.
/** What a person is told of a problem, and the record says: of a longer text the beginning. */
export const messageLengthMax = 4_000
/** Problems of one session that are told and recorded: a call that fails a million times is told once. */
export const problemsMax = 100
/** Messages that one session's client is given to tell; further ones are in the run's log alone. */
export const noticesMax = 50
/** provloom.log of a run directory: an agent adds nothing to one that is larger. */
export const runLogBytesMax: number = 1 * MiB
/** Integers of more bits (4,096 digits) are no numbers to any reader: it is told that they are there. */
export const integerBitsMax = 13_600
/** A key inside a structured value that is no text, as text: of a longer one the beginning. */
export const keyBytesMax = 1_000
/** The value of an environment variable that is recorded: of a longer one the beginning. */
export const variableLengthMax = 4_096
/** Packages of an environment that are recorded, by name. */
export const packagesMax = 4_000
/** What any other question to git is answered: a longer answer is none. */
export const gitOutputBytesMax: number = 4 * MiB
/** What `git diff` says of the work tree: of a larger one that it was too large. */
export const diffBytesMax: number = 256 * MiB
/** What of it is kept in a run's `code/`: of a longer one the beginning. */
export const diffKeptBytesMax: number = 10 * MiB
/** Submodules with changes of their own whose difference is kept there; more are told. All of it has those bytes together. */
export const submodulesMax = 16
/** Untracked source files that are kept there; more are counted. */
export const untrackedFilesMax = 100
/** Each of them; larger ones are counted. */
export const untrackedBytesMax: number = 1 * MiB
/**
 * Files that were just written are cloned up to this: what a disk writes in the time of a call. Larger ones are
 * marked.
 */
export const cloneFreshBytesMax: number = 2 * GiB
/** A stream grows to this before anybody asks how much room there is: short-lived children ask nobody. */
export const unmeasuredBytes: number = 256 * KiB
/** Files that are looked at when no agent says how large the tree is. */
export const measuredFilesMax = 20_000
/** Kept in a session's folder, and given up for the first record that is no metric when the disk is full. */
export const spareBytes: number = 128 * KiB

// What the graph says.
/** Packages that the graph names; their number and hash are of all. */
export const packagesShownMax = 2_000
/** A text in the graph: of a longer one the beginning, with how long it is. */
export const textLengthMax = 65_536
/** Problems of a rank that the graph has in words, and entries that could not be taken in; their number is of all. */
export const problemsKeptMax = 16
/** Each of them. */
export const problemLengthMax = 1_000
/** Remarks on a run as a whole. */
export const remarksMax = 64
/** Series in the document; of more the first, and of those the users' own before what is measured. All are in Parquet. */
export const seriesInDocumentMax = 100_000
/** Parts of the metric store in it; their number is of all. */
export const partsInDocumentMax = 4_096
/** Which parameters a rank uses is told when its first one is so old, unless its first metric or its end is sooner. */
export const parametersPendingMs = 10_000
/** Contexts around a context: one that is deeper is not inside. */
export const contextDepthMax = 64
/** Different descriptions of one machine. */
export const hostFactsMax = 64
/** Process groups of one attempt of a rank. */
export const groupsOfRankMax = 64
/** Ranks that are not collected and did not end well, in words. */
export const bystandersMax = 4_096

// What is answered to MLflow's clients.
/** A request of theirs, files excepted: the client cuts its own at 1 MB, and a model's description may be larger. */
export const mlflowBodyBytesMax: number = 16 * MiB
/** Runs that an agent answers for; beyond them the oldest that have ended are not known any more. All are recorded. */
export const mlflowRunsMax = 10_000
/** Left on the spool's disk: with less a client sends its files, and one that finds no room ends no script. */
export const mlflowFileRoomBytes: number = 16 * GiB
/** Connections to it at once: other users of the machine can open some too. */
export const mlflowConnectionsMax = 1_024
/** Values that are read for the last ones of a run's metrics, where its record does not name them all (`provloom ui`). */
export const mlflowPointsReadMax = 5_000_000
/** Values of a metric of a run of an earlier job that its client is told, the last ones. */
export const mlflowFormerPointsMax = 1_000_000
/** What of one command waits on disk for the MLflow server that it is handed on to, files excepted; what finds no room is told. */
export const mlflowForwardBytesMax: number = 1 * GiB
/** Of a request that the server itself fails at (500): then it is not handed on, told and counted, for all others wait for it. */
export const mlflowForwardTriesMax = 12
/** A request to that server without a sign of life is made again. */
export const mlflowForwardWaitMs = 30_000
/** At a command's end so long, and no longer than `endStillMs` where nothing moves; what is left is kept. */
export const mlflowForwardEndMs = 60_000

// What is recorded of TensorBoard's event files.
/** One record; a larger one is passed over. */
export const tensorboardRecordBytesMax: number = 16 * MiB
/** Event files that one agent follows at once; those that nobody writes any more make room. */
export const tensorboardFilesMax = 512
/** Folders below a named one, or a usual one, that are looked through. */
export const tensorboardFoldersMax = 4_096
/** Images, sounds, texts and histograms of one tag and context that are recorded as files, and of one session; and their bytes. */
export const tensorboardFilesPerTagMax = 50
export const tensorboardFilesPerSessionMax = 1_000
export const tensorboardFileBytesMax: number = 512 * MiB
/** Of a process that begins no session one is begun so long after it has written its first value. */
export const tensorboardWaitMs = 10_000
/** At a session's end what is not read of its event files is read for so long. */
export const tensorboardEndMs = 10_000

// What is waited for, and how long.
/**
 * Programs that know the machine have this long, and at a session's end whatever is still being asked: it is told
 * what is missing.
 */
export const factsMs = 5_000
/** All questions to git together: what it has not said by then is told. */
export const gitMs = 5_000
/** An interpreter that does not tell of itself within this is recorded without version and packages. */
export const interpreterMs = 20_000
/** An agent that a client starts serves by then, or another client may start one. */
export const agentStartMs = 10_000
/** end_run, and a process at its exit, wait no longer when nothing moves for so long; what is left is kept. */
export const endStillMs = 5_000
/** Who does not wait for its graph waits for the first word of an agent that lives, when it ends. */
export const endWordMs = 1_000
/** And this long in all: launchers kill 30 s after they ask to end. */
export const endMs = 20_000
/** A session waits so long for one that began before it, in another tree of its rank, to be told its run. */
export const comesNextMs = 30_000
/** How a process ends is told of its last run when that follows the run's end within this. */
export const exitMs = 10_000
/** A run that has ended stays open so long, to be told how its processes ended. */
export const amendMs = 10_000
/** A failed rank that the launcher may start again is waited for this long, and one that has not come at all. */
export const absentWaitMs = 60_000
/**
 * When all others have ended, a lost rank is waited for this long: its machine may be gone for good. So is a whole
 * job.
 */
export const lostWaitMs = 600_000
/** A connection that has not shown its key by then is closed. */
export const handshakeMs = 10_000
/** Who has a run renews its lease so often. */
export const leaseRenewMs = 2_000
/** Whoever else wants it watches for five renewals: a disk may be slow. */
export const leaseWatchMs = 10_000
/**
 * A flush that took t is followed by 9 t of rest, and by no more than this: so old may prov.json be of a run that
 * goes on.
 */
export const flushRestMsMax = 30_000
/** Between flushes run.json of a run that goes on is written when something has changed, and no more often than this. */
export const headRestMs = 2_000
/**
 * An aggregator that is told to stop has this long to write its runs: being killed in the middle of that loses
 * nothing.
 */
export const stopMs = 20_000
/** After its ranks `provloom run` waits so long for its aggregator. */
export const concludeMs = 30_000
/** Ranks that are asked to end, since one has failed, are killed after this: what torchrun gives. */
export const killAfterMs = 30_000
/** Ranks do not wait longer for it to listen: they find it when it is there. */
export const aggregatorListensMs = 20_000
/** An aggregator that a signal ends is started again so often by `provloom run`. */
export const aggregatorRestartsMax = 10

// What an aggregator holds and remembers.
/**
 * Journal that is kept so that a small last part may grow after a restart too. Beyond it that part is left as it is.
 */
export const journalKeptBytesMax: number = 64 * MiB
/** Synced and not applied: with more, the journal waits. */
export const applyingBytesMax: number = 64 * MiB
/** Answers that wait for peers that do not read. What is dropped is asked for again. */
export const answersWaitingMax = 65_536
/** More ranks than any machine has; a larger world size is a mistake. */
export const worldSizeMax: number = 2 ** 24
/** Ended runs that an aggregator remembers: of older ones nobody is told that they are there. */
export const closedRunsMax = 1_000
/** Ranks of one of them that are remembered. */
export const namedRanksMax = 4_096
/** Names of runs that are told that ranks of one job may have got apart; further ones are not. */
export const hintedRunsMax = 1_024
/** Ranks that are named as missing to those whose run has ended. */
export const missingRanksMax = 1_000
/** What is amiss with a run, told to its ranks at its end: so many of it in words. */
export const wordsToldMax = 16

function relation(holds: boolean, text: string): void {
  if (!holds) throw new Error(`limits.ts: ${text}`)
}
relation(eventBytesMax <= recordBytesMax, 'an event fits into a record')
relation(valueBytesMax * 8 <= eventBytesMax, 'a value fits into an event, whatever has to be escaped in it')
relation(envelopeBytesMax <= recordBytesMax, 'an envelope fits into a journal record')
relation(eventBytesMax <= envelopeBytesMax, 'an event fits into an envelope')
relation(envelopeBytesMax <= creditBytes, 'credit lets at least one envelope through')
relation(creditBytesMin <= creditBytes && creditBytes <= inFlightBytesMax, 'no rank is granted more than all')
relation(
  tensorboardFilesPerTagMax <= tensorboardFilesPerSessionMax,
  'a tag has no more files than its session',
)
relation(tensorboardRecordBytesMax <= tensorboardFileBytesMax, 'what a record holds can be kept')
relation(envelopeAgeMs <= envelopeAgeMsMax, 'ages may grow')
relation(envelopeAgeMsMax <= drainMs, 'an envelope gets full before an agent gives up')
relation(spoolReserveBytes < spoolBytesMax, 'the reserve is part of the spool')
relation(artifactInlineBytesMax <= copiesBytesMax, 'what is hashed in the call can be copied')
relation(folderFilesMax <= folderEntriesMax, 'all files of a folder are looked at')
relation(segmentBytesMax <= spoolReserveBytes, 'a segment fits into the reserve')
relation(heartbeatIntervalMs * 3 <= lostAfterMs, 'three heartbeats fit before a rank is lost')
relation(endStillMs <= endMs, 'waiting for the end is given up before it has taken its whole time')
relation(exitMs <= amendMs, 'how a process ended still finds its run open')
relation(leaseRenewMs * 5 <= leaseWatchMs, 'five renewals are watched for')
relation(endMs <= killAfterMs, 'a rank that is asked to end has time to hand over')
relation(stopMs <= concludeMs, 'an aggregator is waited for as long as it gives itself')
