/** Every kind of problem that a run can have. */
export type ProblemCode =
  | 'ALREADY_STARTED'
  | 'BAD_ARGUMENT'
  | 'BAD_CONTEXT'
  | 'BAD_FOLD'
  | 'BAD_NAME'
  | 'BAD_NAMESPACE'
  | 'BAD_PATH'
  | 'BAD_RECORD'
  | 'BAD_SERIES'
  | 'BAD_STEP'
  | 'BAD_TIME'
  | 'CALL_FAILED'
  | 'CLOCK_STEPPED'
  | 'DROPPED'
  | 'ENERGY'
  | 'ENTRY_SKIPPED'
  | 'EVENT_FILE'
  | 'EXIT'
  | 'FACTS'
  | 'FILE_CHANGED'
  | 'FILE_GONE'
  | 'FILE_NOT_KEPT'
  | 'FILE_NOT_STORED'
  | 'FOLDER_INCOMPLETE'
  | 'FOLDER_TOO_LARGE'
  | 'GROUPS_LEFT_OUT'
  | 'HELPER'
  | 'KEPT'
  | 'LOGGED_ERROR'
  | 'LOGGED_WARNING'
  | 'MACHINE'
  | 'MISSING_FILE'
  | 'MODEL_NOT_SAVED'
  | 'NAMES_DIFFER'
  | 'NOT_A_FILE'
  | 'NOT_A_NUMBER'
  | 'NOT_COLLECTED'
  | 'NOT_COPIED'
  | 'NOT_ENDED'
  | 'NOT_RECORDED'
  | 'NOT_THERE_YET'
  | 'NO_SCRIPT'
  | 'NUMBER_AS_TEXT'
  | 'OLD_RUN'
  | 'OPTION_LEFT_OUT'
  | 'OTHER'
  | 'OWN_FILES'
  | 'PARAM_CHANGED'
  | 'RANK'
  | 'RANKS_ABSENT'
  | 'RANKS_APART'
  | 'RECORD_TOO_LARGE'
  | 'ROUNDED'
  | 'SAMPLE'
  | 'SOURCE'
  | 'SPOOL_REMOVED'
  | 'VALUE_CHANGED'
  | 'VALUE_CUT'
  | 'VALUE_NOT_READ'
  | 'VECTOR_LENGTH'

/** What a kind of problem is, and what to try: one line each. */
export interface ProblemWords {
  readonly what: string
  readonly try: string
}

/**
 * Every kind of problem that a run can have, in words: for the summary, run.json, the graph and the docs. Nothing of it
 * is an error of the command line (`errors.ts`): the run goes on.
 */
export const problemWords: Readonly<Record<ProblemCode, ProblemWords>> = {
  ALREADY_STARTED: {
    what: 'start_run was called while a run was open, which went on',
    try: 'call end_run before the next start_run, or start_run once',
  },
  BAD_ARGUMENT: {
    what: 'a call was given what it cannot take: nothing of it is recorded',
    try: 'give names with values, or a list of words, as the call wants them',
  },
  BAD_CONTEXT: {
    what: 'contexts were said to be inside each other, or inside too many',
    try: 'give a context a parent that is not inside it; at most 64 are around one',
  },
  BAD_FOLD: {
    what: 'a final metric has a fold that there is not',
    try: 'fold by max, min, add or subtract',
  },
  BAD_NAME: {
    what: 'a name is no text, or empty: what it named is not recorded',
    try: 'name parameters and metrics by text',
  },
  BAD_NAMESPACE: {
    what: 'the namespace that was given cannot be used',
    try: 'give prov_user_namespace an IRI, or a host such as www.example.org',
  },
  BAD_PATH: {
    what: 'a path that is empty, too long, or none: nothing was recorded',
    try: 'name the file or folder; its path may have 4096 bytes',
  },
  BAD_RECORD: {
    what: 'records of a spool are damaged: they count as dropped',
    try: 'look after the disk that the spool is on',
  },
  BAD_SERIES: {
    what: 'a client declared a series twice, or too many of them',
    try: 'use fewer names of metrics; a name with a number in it is another metric each time',
  },
  BAD_STEP: { what: 'a step is no integer', try: 'give steps as integers' },
  BAD_TIME: {
    what: 'a timestamp is no time: the time of the call was recorded',
    try: 'give seconds or milliseconds since 1970',
  },
  CALL_FAILED: {
    what: 'a call failed inside the client: what it was to record is dropped',
    try: 'look at what it was given; tell us of it, it is a bug of ours',
  },
  CLOCK_STEPPED: {
    what: 'a clock was set back during the run: an end is told that is before its begin',
    try: 'keep the clocks of the machines by NTP; the end stands at the begin',
  },
  DROPPED: {
    what: 'logs of a rank were dropped, and counted: a disk, the spool or a bound had no room for them',
    try: 'look at its reasons in the graph (droppedBy); docs/operating.md has the bounds',
  },
  ENERGY: {
    what: 'energy of a device could not be counted all the time',
    try: 'read its coverage and bounds beside its joules (docs/energy.md)',
  },
  ENTRY_SKIPPED: {
    what: 'entries of the journal could not be taken in: what they held counts as dropped',
    try: "look after the head node's disk; provloom.log in the run directory says which",
  },
  EVENT_FILE: {
    what: "one of TensorBoard's event files is damaged, was cut or replaced, or has more than is recorded",
    try: 'read what it says of the file; docs/tensorboard.md has what is recorded, and the bounds',
  },
  EXIT: {
    what: 'the run had ended well, and its process then failed',
    try: 'look at what the script does behind end_run',
  },
  FACTS: {
    what: 'interpreter, packages or source code could not be asked, or not in time',
    try: 'start the command by the interpreter that has its packages; a busy machine answers late',
  },
  FILE_CHANGED: {
    what: 'a file changed while it was logged',
    try: 'log a file when it is written and closed',
  },
  FILE_GONE: {
    what: 'a file that the run had stored is not in its run directory any more',
    try: 'leave a run directory as it is while its run goes on; the graph says which file, and its hash',
  },
  FILE_NOT_KEPT: {
    what: 'a file could not be read: it is recorded by its path alone',
    try: 'look whether the file may be read, and whether it is still there when it is logged',
  },
  FILE_NOT_STORED: {
    what: 'no copy of a logged file could be made in the run directory, or it had changed by then',
    try: 'look at the reason; a file that was not copied in the call is left as it is until the run has ended',
  },
  FOLDER_INCOMPLETE: {
    what: 'not all of a folder could be recorded',
    try: 'log a folder that nobody writes to, and that can be read wholly',
  },
  FOLDER_TOO_LARGE: {
    what: 'a folder has more files than are recorded',
    try: 'log the files that matter, or an archive of the folder',
  },
  GROUPS_LEFT_OUT: {
    what: 'a rank is in more process groups than are recorded: further ones are left out',
    try: 'nothing: the first 64 of each rank are in the graph',
  },
  HELPER: {
    what: 'start_run in a process of multiprocessing: it recorded into the run of the process above it',
    try: 'call start_run below if __name__ == "__main__", or give the child a rank',
  },
  KEPT: {
    what: 'records or files are not in this run: they are kept in the spool of their session',
    try: 'hand them in: provloom spools says where they are, and what to type',
  },
  LOGGED_ERROR: {
    what: 'the script has logged an error, by the handler that it gave its loggers',
    try: 'look at its words in the graph',
  },
  LOGGED_WARNING: {
    what: 'the script has logged a warning, by the handler that it gave its loggers',
    try: 'look at its words in the graph; a handler with level=logging.ERROR records errors alone',
  },
  MACHINE: {
    what: 'not all of what the machine is could be found out, or not in time',
    try: 'a busy machine answers late; lscpu, nvidia-smi and the like have to answer within 5 s',
  },
  MISSING_FILE: {
    what: 'a file or folder is not there',
    try: 'log it after it was written; look at its path',
  },
  MODEL_NOT_SAVED: {
    what: 'the weights of a model could not be saved',
    try: 'save them yourself, and log the file',
  },
  NAMES_DIFFER: {
    what: 'ranks gave one run several names',
    try: 'give all ranks the same run_name: one that is made of a date or a random number differs',
  },
  NOT_A_FILE: { what: 'neither a file nor a folder', try: 'log a file or a folder' },
  NOT_A_NUMBER: {
    what: 'the value of a metric is no number: it counts as dropped',
    try: 'log one number, as by .item()',
  },
  NOT_COLLECTED: {
    what: 'a rank that is not collected did not end well',
    try: 'collect every rank to see more of it: --collect-all-processes',
  },
  NOT_COPIED: {
    what: 'a file was not copied in the call: it is taken from where it is',
    try: 'leave it as it is until the run has ended, or put the spool on the same file system',
  },
  NOT_ENDED: {
    what: 'a run was not ended before the next start_run: it is incomplete',
    try: 'call end_run whatever happens: in Python, with start_run(...):',
  },
  NOT_RECORDED: {
    what: 'of a call with many names and values not all were recorded',
    try: 'give at most 10,000 in a call',
  },
  NOT_THERE_YET: {
    what: 'a call that does nothing yet',
    try: 'leave it out, or log the number by log_metric',
  },
  NO_SCRIPT: {
    what: 'log_source_code was called where no script file runs, and no commit tells the code',
    try: 'name the file or folder: log_source_code("path")',
  },
  NUMBER_AS_TEXT: { what: 'a number was given as text: it is recorded as a number', try: 'log numbers' },
  OLD_RUN: {
    what: 'of a run that yProv4ML had saved not all could be taken over',
    try: 'look at its words; put files that are missing beside the document, and import it again',
  },
  OPTION_LEFT_OUT: {
    what: 'an option of a call is none: it was recorded without it',
    try: 'give options as an object, and counts as whole numbers',
  },
  OTHER: {
    what: 'something that another client told',
    try: 'look at the problems of the ranks in the graph',
  },
  OWN_FILES: {
    what: "Provloom's own files were left out of what was logged",
    try: 'log a folder that the save directory is not in',
  },
  PARAM_CHANGED: {
    what: 'a parameter was logged with another value than before: both are in the graph',
    try: 'log a parameter once; what changes is a metric',
  },
  RANK: {
    what: 'what says a rank contradicts itself',
    try: 'look at the variables of the launcher; say it by start_run(rank=...)',
  },
  RANKS_ABSENT: {
    what: 'ranks of the known world are not in this run: while it was open none met it as a rank of its job, in its save directory',
    try: 'where they ran, give all ranks one job (RANK, WORLD_SIZE and MASTER_ADDR, or --job-key) and one absolute save directory',
  },
  RANKS_APART: {
    what: 'ranks disagree about which sessions are one run: one has more of them than another',
    try: 'name runs that belong together: start_run(run_name="fold-3")',
  },
  RECORD_TOO_LARGE: {
    what: 'a record is larger than an event may be: it counts as dropped',
    try: 'log less in one call, or a file',
  },
  ROUNDED: {
    what: 'a number is beyond what a float64 holds: the nearest is recorded',
    try: 'log it as a parameter to keep every digit',
  },
  SAMPLE: {
    what: 'a sample of CPU, memory, disk, network or energy could not be taken',
    try: 'look at the reason in the graph; --sample-interval-seconds 0 takes none',
  },
  SOURCE: {
    what: 'not all is known, or kept, of the source code',
    try: 'run git status where the script is: it has to answer within 5 s, and to know the source files',
  },
  SPOOL_REMOVED: {
    what: 'somebody removed the spool while the run went on: what nobody had read of it is lost',
    try: 'keep cleaners off it, or give another folder: PROVLOOM_SPOOL_ROOT',
  },
  VALUE_CHANGED: {
    what: 'a value could not be recorded as it was',
    try: 'log text that is Unicode',
  },
  VALUE_CUT: {
    what: 'a value is larger or deeper than a parameter may be: its beginning is recorded',
    try: 'log a large value as a file: log_artifact',
  },
  VALUE_NOT_READ: {
    what: 'a value could not be read: its type is recorded',
    try: 'log its text, or its parts',
  },
  VECTOR_LENGTH: {
    what: 'a metric that is a list has another length than before: each value is recorded by its number',
    try: 'log lists of one length under one name',
  },
}

/** What users may want to know of a run that nothing is amiss with. */
const hintCodes = ['NO_JOB', 'NO_RANK'] as const
export type HintCode = (typeof hintCodes)[number]

export function isHint(code: string): code is HintCode {
  return hintCodes.some((one) => one === code)
}

/** @returns `OTHER` for one that a client in another language made up */
export function problemCodeOf(code: string): ProblemCode {
  return isProblemCode(code) ? code : 'OTHER'
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemWords, code)
}
