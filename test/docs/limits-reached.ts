import { agent, aggregator, graph, head, python, reached, shared } from './reached.ts'
import { limitsOfFiles } from './limits-of-files.ts'
import type { Reached } from './reached.ts'
import { limitsOfGraph } from './limits-of-graph.ts'
import { limitsOfMlflow } from './limits-of-mlflow.ts'
import { limitsOfTensorboard } from './limits-of-tensorboard.ts'
import { limitsOfReader } from './limits-of-reader.ts'

/**
 * For each limit the tests that reach it, with the limit's own value or, where that would cost a gigabyte or minutes,
 * with a small one at the seam that the limit is given by. limits.test.ts sees that each limit has one, that these
 * tests are there and not skipped for good, and that they speak of the limit by its name.
 */
export const limitsReached: Readonly<Record<string, readonly Reached[]>> = {
  ...limitsOfGraph,
  ...limitsOfMlflow,
  ...limitsOfTensorboard,
  ...limitsOfReader,
  recordBytesMax: [
    reached(
      `${shared}/log/limits.test.ts`,
      'holds a record of the greatest length, and takes a greater length for damage and reads on behind it',
    ),
  ],
  eventBytesMax: [
    reached(
      `${agent}/client/limits.test.ts`,
      'an event of more than the greatest size is dropped, counted, and one of that size is kept',
    ),
    reached(`${shared}/event/decode.test.ts`, 'that is malformed says what is wrong'),
    reached(`${python}/test_bounds.py`, 'test_an_event_that_is_too_large_is_dropped_and_counted'),
  ],
  nameLengthMax: [
    reached(`${agent}/client/limits.test.ts`, 'cuts names that are longer than the longest'),
    reached(`${shared}/event/decode.test.ts`, 'that is malformed says what is wrong'),
    reached(`${python}/test_calls.py`, 'test_names_in_any_script_are_kept_and_long_ones_are_cut'),
  ],
  valueBytesMax: [
    reached(`${agent}/client/values.test.ts`, 'says what is left out of it: valueBytesMax'),
    reached(`${python}/test_calls.py`, 'test_a_value_of_megabytes_is_cut_and_told'),
  ],
  valueLevelsMax: [
    reached(`${agent}/client/values.test.ts`, 'is written out down to the deepest of valueLevelsMax levels'),
    reached(`${python}/test_values.py`, 'test_a_value_is_written_out_down_to_the_deepest_level'),
  ],
  pairsPerCallMax: [
    reached(`${agent}/client/limits.test.ts`, 'drops parameters beyond the most of one call, counted'),
    reached(`${python}/test_numbers.py`, 'test_more_parameters_than_a_call_takes_are_counted'),
  ],
  pathBytesMax: [reached(`${python}/test_hostile.py`, 'test_a_path_longer_than_any_file_may_have_is_none')],
  commandWordsMax: [
    reached(`${python}/test_hostile.py`, 'test_of_a_long_command_line_the_beginning_is_recorded_and_told'),
  ],
  commandLengthMax: [
    reached(`${python}/test_hostile.py`, 'test_of_a_long_command_line_the_beginning_is_recorded_and_told'),
  ],
  segmentBytesMax: [
    reached(
      `${shared}/log/limits.test.ts`,
      'begins the next segment when the last one has grown to its greatest size',
    ),
    reached(`${python}/test_bounds.py`, 'test_segments_roll_and_the_next_one_is_named_by_its_first_record'),
  ],
  spoolBytesMax: [
    reached(
      `${agent}/client/limits.test.ts`,
      'metrics stop at the reserve, everything else at the end, and all that is dropped is counted',
    ),
    reached(
      `${python}/test_bounds.py`,
      'test_a_full_spool_drops_metrics_first_counts_them_and_takes_more_when_there_is_room',
    ),
  ],
  spoolReserveBytes: [
    reached(
      `${agent}/client/limits.test.ts`,
      'metrics stop at the reserve, everything else at the end, and all that is dropped is counted',
    ),
    reached(
      `${python}/test_bounds.py`,
      'test_a_full_spool_drops_metrics_first_counts_them_and_takes_more_when_there_is_room',
    ),
  ],
  streamsPerRankMax: [
    reached(`${agent}/limits.test.ts`, 'streams beyond the most of a rank are not read, and the others are'),
    reached(
      `${aggregator}/limits.test.ts`,
      'streams of a rank beyond the most are turned down for good, and the others are served on',
    ),
  ],
  openSessionsMax: [
    reached(
      'packages/agent/test/tree.test.ts',
      'sessions of a tree beyond openSessionsMax wait in their folders until others have ended',
    ),
  ],
  openRunsMax: [
    reached(
      `${aggregator}/limits.test.ts`,
      'jobs beyond the most runs that may be open wait, and those that are open are served on',
    ),
  ],
  attemptsPerRunMax: [
    reached(
      `${aggregator}/limits.test.ts`,
      'attempts of ranks beyond the most of a run are refused, and those that are in it are served on',
    ),
  ],
  vectorLengthMax: [
    reached(`${agent}/client/vectors.test.ts`, 'a longer list than there may be is dropped, and told'),
    reached(`${python}/test_vectors.py`, 'test_a_longer_list_than_there_may_be_is_dropped_counted_and_told'),
  ],
  seriesPerStreamMax: [
    reached(
      `${agent}/client/limits.test.ts`,
      'points of series beyond the most are dropped, counted, and the others go on',
    ),
    reached(
      `${aggregator}/limits.test.ts`,
      'points of series beyond the most of a stream are dropped, counted, and the others are kept',
    ),
    reached(`${python}/test_bounds.py`, 'test_more_series_than_a_stream_may_have_are_dropped_and_counted'),
  ],
  envelopeBytesMax: [
    reached(
      'test/security/frames.test.ts',
      'cuts off a peer that sends more than an envelope may hold, and no other',
    ),
  ],
  envelopeRecordsMax: [
    reached(
      `${agent}/limits.test.ts`,
      'an envelope takes the most records that it may hold, and the next one is begun with the rest',
    ),
    reached(
      `${shared}/wire/limits.test.ts`,
      'an envelope of the greatest number of records is read, and one of more is bad',
    ),
  ],
  envelopeAgeMs: [
    reached(
      `${agent}/limits.test.ts`,
      'looks at a stream that gave nothing again when an envelope would be too old',
    ),
  ],
  envelopeAgeMsMax: [
    reached(`${aggregator}/admission/admission.test.ts`, 'shares what may be in flight between the ranks'),
  ],
  envelopesPerSecond: [
    reached(
      `${aggregator}/admission/credit.test.ts`,
      'many ranks are asked to fill their envelopes for longer, so that together they send no more',
    ),
  ],
  creditBytesMin: [
    reached(`${aggregator}/admission/admission.test.ts`, 'shares what may be in flight between the ranks'),
  ],
  waitingRowsBytesMax: [
    reached(
      `${aggregator}/limits.test.ts`,
      'with more rows waiting for Parquet than may nothing is received, and all of them are stored later',
    ),
  ],
  inFlightBytesMax: [
    reached(
      `${aggregator}/limits.test.ts`,
      'with more taken in than may wait to be stored nothing is received, and all of it is later',
    ),
  ],
  creditBytes: [
    reached(`${agent}/publish/conversation.test.ts`, 'no more than the granted credit is in flight'),
    reached(`${aggregator}/admission/admission.test.ts`, 'shares what may be in flight between the ranks'),
  ],
  messageBytesMax: [
    reached(
      `${shared}/wire/limits.test.ts`,
      'a message of more than the greatest length is bad, whoever sent it',
    ),
  ],
  framesMax: [
    reached(
      `${aggregator}/limits.test.ts`,
      'a message of more frames than any has is refused, counted, and its peer is served on',
    ),
  ],
  highWaterMark: [
    reached(
      `${agent}/limits.test.ts`,
      'ZeroMQ takes no more than it may queue, the agent is told to wait, and it goes on when there is room',
    ),
  ],
  heartbeatIntervalMs: [
    reached(`${agent}/limits.test.ts`, 'sends a heartbeat at every interval, and none before'),
  ],
  lostAfterMs: [
    reached(
      `${aggregator}/admission/attendance.test.ts`,
      'a rank that is silent while it is listened to is lost',
    ),
  ],
  listenBacklog: [
    reached(
      `${aggregator}/limits.test.ts`,
      'connections beyond the backlog are tried again, and get in when there is room',
    ),
  ],
  drainMs: [
    reached(
      `${agent}/limits.test.ts`,
      'gives up after the time for draining when nobody answers, and says where the rest is kept',
    ),
  ],
  partRowsMax: [reached(`${aggregator}/metrics/store.test.ts`, 'is due by rows, and by age')],
  partAgeMsMin: [reached(`${aggregator}/metrics/store.test.ts`, 'is due by rows, and by age')],
  partAgeMsMax: [reached(`${aggregator}/metrics/store.test.ts`, 'is due sooner at first')],
  artifactInlineBytesMax: [
    reached(
      `${agent}/client/limits.test.ts`,
      'hashes a file up to the greatest size in the call, and leaves the hash of a larger copy to the agent',
    ),
    reached(`${python}/test_files.py`, 'test_a_large_file_is_copied_and_left_to_the_agent_to_hash'),
  ],
  copiesBytesMax: [
    reached(
      `${agent}/client/files.test.ts`,
      'beyond the room for copies is hashed where it is, and a larger one is marked',
    ),
    reached(
      `${python}/test_files.py`,
      'test_beyond_the_room_for_copies_a_file_is_hashed_where_it_is_and_that_is_told_once',
    ),
  ],
  keepMs: [
    reached(
      `${agent}/client/files.test.ts`,
      'for which a call has no time left is marked, and another mark is that of the next write',
    ),
    reached(
      `${python}/test_files.py`,
      'test_what_takes_longer_than_a_call_may_is_marked_so_that_a_change_shows_later',
    ),
  ],
  ...limitsOfFiles,
  errorTailBytes: [
    reached(`${agent}/client/limits.test.ts`, 'keeps the last part of a long error'),
    reached(`${python}/test_calls.py`, 'test_a_with_block_that_raises_ends_as_failed_with_its_last_lines'),
  ],
  headTextMax: [
    reached(head, 'tells parameters as they were logged, how many ranks did, and that they differ'),
  ],
  saveAfterNLogsDefault: [
    reached(
      `${aggregator}/limits.test.ts`,
      'without a wish of anybody the graph is saved after the default number of logs',
    ),
  ],
  endStillMs: [
    reached(`${python}/test_alone.py`, 'test_without_an_answer_it_says_why_where_and_what_to_type'),
  ],
  problemsMax: [
    reached(
      `${agent}/client/limits.test.ts`,
      'records problemsMax problems, and counts what they are about all the same',
    ),
  ],
  messageLengthMax: [reached(`${agent}/bounds.test.ts`, 'a message of messageLengthMax')],
  variableLengthMax: [reached(`${agent}/bounds.test.ts`, 'a variable of variableLengthMax')],
  keyBytesMax: [reached(`${agent}/bounds.test.ts`, 'a key of keyBytesMax, where it is no text')],
  integerBitsMax: [
    reached(
      `${agent}/bounds.test.ts`,
      'an integer of more than integerBitsMax bits is none, and one of that many is recorded',
    ),
  ],
  noticesMax: [reached(`${agent}/bounds.test.ts`, 'a session’s client is given noticesMax messages to tell')],
  runLogBytesMax: [
    reached(
      `${agent}/bounds.test.ts`,
      'nothing is added to the log of a run that is larger than runLogBytesMax',
    ),
  ],
  cloneFreshBytesMax: [
    reached(
      `${agent}/bounds.test.ts`,
      'a file that was just written is cloned up to cloneFreshBytesMax, and an old one beyond it',
    ),
  ],
  packagesMax: [reached(`${agent}/bounds.test.ts`, 'of more packages packagesMax are recorded')],
  agentStartMs: [
    reached(
      `${agent}/bounds.test.ts`,
      'an agent that was started serves within agentStartMs, or another may be started',
    ),
  ],
  factsMs: [
    reached(
      `${agent}/source/sources.test.ts`,
      'the end does not wait longer than it is told to, and says what is missing',
    ),
  ],
  diffKeptBytesMax: [
    reached(
      `${agent}/source/code.test.ts`,
      'of a diff longer than diffKeptBytesMax whole lines from its beginning are kept',
    ),
  ],
  submodulesMax: [reached(`${agent}/source/changes.test.ts`, 'submodulesMax are looked into')],
  untrackedFilesMax: [
    reached(
      `${agent}/source/code.test.ts`,
      'untrackedFilesMax source files that git does not know are kept, more are counted, and no data',
    ),
  ],
  untrackedBytesMax: [
    reached(
      `${agent}/source/code.test.ts`,
      'an untracked file of more than untrackedBytesMax is counted, one that holds a secret has its hash alone',
    ),
  ],
  gitMs: [reached(`${python}/test_git.py`, 'test_a_git_that_is_too_slow_says_so_and_is_not_waited_for')],
  unmeasuredBytes: [
    reached(
      `${python}/test_bounds.py`,
      'test_a_full_spool_drops_metrics_first_counts_them_and_takes_more_when_there_is_room',
    ),
  ],
  textLengthMax: [
    reached(
      `${graph}/limits.test.ts`,
      'of a text longer than textLengthMax the graph has the beginning, and how long it is',
    ),
  ],
  problemsKeptMax: [
    reached(
      `${graph}/limits.test.ts`,
      'problems of a rank are counted, all, and problemsKeptMax of them are in words',
    ),
  ],
  problemLengthMax: [
    reached(`${graph}/limits.test.ts`, 'a problem in words is problemLengthMax long at the most'),
  ],
  remarksMax: [reached(`${graph}/limits.test.ts`, 'a run as a whole has remarksMax remarks at the most')],
  seriesInDocumentMax: [
    reached(
      `${graph}/limits.test.ts`,
      'seriesInDocumentMax series are in the document, measurements where users leave room, and the others are counted',
    ),
  ],
  partsInDocumentMax: [
    reached(
      `${graph}/limits.test.ts`,
      'partsInDocumentMax parts of the metric store are in the document, and all are counted',
    ),
  ],
  parametersPendingMs: [
    reached(
      `${graph}/param.test.ts`,
      'is pending for parametersPendingMs at the most, by the times of its rank',
    ),
  ],
  packagesShownMax: [
    reached(`${graph}/limits.test.ts`, 'the graph names packagesShownMax packages, and counts all'),
  ],
  worldSizeMax: [
    reached(
      `${aggregator}/bounds.test.ts`,
      'a world of more than worldSizeMax ranks is a mistake, and so is a rank beyond it',
    ),
  ],
  absentWaitMs: [
    reached(`${aggregator}/bounds.test.ts`, 'a rank that has not come is waited for as long as absentWaitMs'),
  ],
  lostWaitMs: [reached(`${aggregator}/bounds.test.ts`, 'a lost rank is waited for as long as lostWaitMs')],
  applyingBytesMax: [
    reached(
      `${aggregator}/bounds.test.ts`,
      'the journal waits when more than applyingBytesMax is synced and not applied',
    ),
  ],
  answersWaitingMax: [
    reached(
      `${aggregator}/bounds.test.ts`,
      'answers beyond answersWaitingMax are dropped: a peer that does not read fills no memory',
    ),
  ],
  flushRestMsMax: [
    reached(
      `${aggregator}/run/flusher.test.ts`,
      'rests no longer than flushRestMsMax after a flush that took minutes',
    ),
  ],
}
