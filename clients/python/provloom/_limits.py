"""Every bound of the client in one place; the same numbers as packages/shared/src/limits.ts (a test compares them)."""

MIB = 1024 * 1024

#: JSON text of one event.
EVENT_BYTES_MAX = 1 * MIB
#: Keys, names and labels, in UTF-16 code units. Longer ones are cut.
NAME_LENGTH_MAX = 512
#: A segment is closed when it has grown to this.
SEGMENT_BYTES_MAX = 8 * MIB
#: All segments of one tree. Beyond it events are dropped, counted.
SPOOL_BYTES_MAX = 1024 * MIB
#: The last part of the spool, kept for everything but metrics.
SPOOL_RESERVE_BYTES = 16 * MIB
#: Values of a metric that is a list; a longer one is a file.
VECTOR_LENGTH_MAX = 1024
#: Series of one stream.
SERIES_PER_STREAM_MAX = 16384
#: Files up to this are hashed in the call; larger ones are cloned, copied or marked, and hashed by the agent.
ARTIFACT_INLINE_BYTES_MAX = 64 * MIB
#: Last characters of a failed worker's traceback kept as the reason.
ERROR_TAIL_BYTES = 4096
#: Copies of files that wait in the spool for the agent. A spool may lie in memory.
COPIES_BYTES_MAX = 512 * MIB
#: Time for the copies and hashes of one call; what is left is marked.
KEEP_MS = 5000
#: Files of one logged folder.
FOLDER_FILES_MAX = 10000
#: What is looked at of one logged folder, to count it.
FOLDER_ENTRIES_MAX = 200000
#: Problem events of one session: a call that fails a million times is told once and recorded a few times.
PROBLEMS_MAX = 100
#: A stream grows to this before anybody asks how much room there is: short-lived children ask nobody.
UNMEASURED_BYTES = 256 * 1024
#: Files that are looked at when no agent says how large the tree is.
MEASURED_FILES_MAX = 20_000
#: Kept in a session's folder, and given up for the first record that is no metric when the disk is full.
SPARE_BYTES = 128 * 1024
#: Between two looks at the disk (control.json, is the spool still there), in microseconds.
LOOK_EVERY_US = 1_000_000
#: A helper asks so often whether the session it helps in goes on, in microseconds.
HELPER_LOOK_EVERY_US = 1_000
#: After its last record a stream's descriptor is trusted for so long, in microseconds.
TRUSTED_US = 50
#: After a failed write metrics wait this long before the disk is tried again, in microseconds.
RETRY_AFTER_US = 100_000
#: A parameter's value, in UTF-8. Longer ones are cut: a parameter is a value, a file is logged with log_artifact.
VALUE_BYTES_MAX = 64 * 1024
#: Parameters or metrics of one log_params or log_metrics.
PAIRS_PER_CALL_MAX = 10_000
#: A path, in UTF-8, as the system has it: a longer text is none.
PATH_BYTES_MAX = 4096
#: Words and characters of a command line.
COMMAND_WORDS_MAX = 1024
COMMAND_LENGTH_MAX = 128 * 1024
#: Levels of lists and dicts inside each other that are written out.
VALUE_LEVELS_MAX = 32
#: Parameters and layers of one model that are looked at.
MODEL_PARTS_MAX = 100_000
#: Reading a stranger's mapping or sequence stops after this, in seconds: each step is its own code.
FOREIGN_SECONDS = 0.1
#: What a person is told of a problem, and the record says: of a longer text the beginning.
MESSAGE_LENGTH_MAX = 4000
#: Integers of more bits (4,096 digits) are no numbers to any reader.
INTEGER_BITS_MAX = 13_600
#: A key inside a structured value that is no text, as text: of a longer one the beginning.
KEY_BYTES_MAX = 1000
#: All questions to git together.
GIT_MS = 5000
#: Whoever starts an agent says so; the others of the tree need not for so long.
AGENT_START_MS = 10_000
#: end_run waits no longer when nothing moves for so long; so long in all; and so long after a SIGTERM: docker kills after 10 s.
END_STILL_MS = 5000
END_WORD_MS = 1000
END_MS = 20_000
TERMINATED_MS = 8000
