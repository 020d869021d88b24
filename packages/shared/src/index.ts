export { killChild, killWhen } from './children.ts'
export { systemClock } from './clock.ts'
export type { Clock } from './clock.ts'
export { drained } from './component.ts'
export type { Component, StopOutcome } from './component.ts'
export { checkOptions, nearest, optionsOf, unknownOption } from './config/check.ts'
export { flagOf, options, variableOf } from './config/options.ts'
export type { GivenOptions, Option, OptionName, Part } from './config/options.ts'
export { flagIn, isOn, knownVariables, misspelt, misspeltWords, nearVariable } from './config/variables.ts'
export { connectionFile, controlFolder, endpointOf, readConnection } from './connection.ts'
export type { Connection } from './connection.ts'
export {
  ProvloomError,
  causeOf,
  errorCodes,
  knownError,
  reasonOf,
  renderError,
  sentenceOf,
  systemCode,
} from './errors.ts'
export type { ErrorCode } from './errors.ts'
export { exitCode } from './exit-code.ts'
export { endingOf, mediaTypeOf } from './media-type.ts'
export { exactJson, parseExactJson } from './exact-json.ts'
export { decodeEvent, encodeEvent } from './event/decode.ts'
export { isRankStatus, rankStatuses } from './event/event.ts'
export { agentStream, countsAsLog, isCode, isLogged, tensorboardSource } from './event/logs.ts'
export type {
  Artifact,
  ArtifactStored,
  ArtifactKind,
  Contributors,
  ClockOffset,
  Command,
  Dataset,
  Drops,
  Carbon,
  Energy,
  Devices,
  EnergyShare,
  OtherEnergy,
  Environment,
  Event,
  EventType,
  FinalMetric,
  Fold,
  Host,
  Model,
  ProcessEnd,
  RankStatus,
  Series,
  SessionEnd,
  SessionStart,
  Source,
  User,
  ValueType,
} from './event/event.ts'
export { makePath, namesIn, removeFolder, systemFiles, writeDurably } from './files.ts'
export { makeSaveDir } from './save-dir.ts'
export type { Access, Files, OpenFile } from './files.ts'
export {
  attemptOf,
  isAttempt,
  isCount,
  isRank,
  isRunId,
  machineId,
  isStreamId,
  lsn,
  mintRunId,
  rankOf,
  runIdFrom,
  seq,
} from './ids.ts'
export type { Attempt, Lsn, Rank, RunId, StreamId } from './ids.ts'
export { aggregatorKey, batchKey, boundedKey, connectionKeys, keySlug } from './job.ts'
export * as limits from './limits.ts'
export { LogCursor, isPointAt, payloadAt } from './log/cursor.ts'
export type { Chunk, Damage } from './log/cursor.ts'
export {
  claimGeneration,
  endGeneration,
  failGeneration,
  failureOf,
  isGenerationOver,
  isStartingFile,
  latestGeneration,
  startingFile,
} from './meeting.ts'
export type { StartFailure } from './meeting.ts'
export {
  encodeFrame,
  encodeHeader,
  frameHeaderBytes,
  headerBytes,
  segmentFirst,
  segmentName,
} from './log/format.ts'
export type { CommitMarks, Cut } from './log/recover.ts'
export { SegmentLog } from './log/segment-log.ts'
export { isNameable, saveDirIn, shownPath, workingFolder } from './place.ts'
export {
  isPoint,
  noPoints,
  pointBytes,
  pointTag,
  readPoint,
  roomForPoints,
  slicePoints,
  writePoint,
} from './points.ts'
export type { Points } from './points.ts'
export { isHint, problemCodeOf, problemWords } from './problems.ts'
export type { HintCode, ProblemCode, ProblemWords } from './problems.ts'
export { printable } from './printable.ts'
export { keepDescriptor, listen, processStart, releaseDescriptors } from './process-start.ts'
export { onTerminal, say, sayOut, write } from './say.ts'
export { shellWord } from './shell-word.ts'
export { firstBytes, firstUnits, nameWithin, shortened, wellFormed } from './text.ts'
export { fieldsIn, fieldsOf } from './fields.ts'
export type { Fields } from './fields.ts'
export {
  dutyOf,
  exitCodeOfSignal,
  isSignal,
  leavesCore,
  nodeFlags,
  signalNumber,
  signalOfNumber,
  signalsThat,
} from './signals.ts'
export { Statuses } from './statuses.ts'
export { pointColumnBytes } from './wire/columns.ts'
export { decodeEnvelope, encodeEnvelope, envelopeOf, trimEnvelope } from './wire/envelope.ts'
export type { Envelope } from './wire/envelope.ts'
export { encodeMessage, protocolVersion } from './wire/message.ts'
export type {
  Acks,
  AgentMessage,
  AggregatorMessage,
  Asked,
  Bye,
  Exit,
  Gone,
  Heartbeat,
  Hello,
  Kept,
  Later,
  PlaceEnd,
  Present,
  Pulse,
  RankToldBy,
  RefusalReason,
  Refused,
  Rejected,
  Retired,
  Settled,
  StreamLedger,
  Welcome,
} from './wire/message.ts'
export { decodeAgentMessage, decodeAggregatorMessage } from './wire/read-message.ts'
export type { Look } from './wire/read-message.ts'
export { pack, unpack } from './wire/pack.ts'
export { importCommand } from './import-command.ts'
export { version } from './version.ts'
