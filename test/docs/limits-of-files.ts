import { agent, python, reached } from './reached.ts'
import type { Reached } from './reached.ts'

/** Of the tests of `limits-reached.ts` those of what is read of folders, and of files that processes write. */
export const limitsOfFiles: Readonly<Record<string, readonly Reached[]>> = {
  folderFilesMax: [
    reached(
      `${agent}/client/files.test.ts`,
      'with more than the most files is counted, and the rest is told',
    ),
    reached(`${python}/test_folders.py`, 'test_more_files_than_a_folder_may_have_are_counted_and_told'),
  ],
  folderEntriesMax: [
    reached(`${python}/test_folders.py`, 'test_a_folder_that_is_too_large_to_be_counted_is_told_as_that'),
  ],
  folderDigestBytesMax: [
    reached(
      `${agent}/artifact/folder-digest.test.ts`,
      'the digest of a folder that is too large says how far it goes, and has the sizes of what is behind that',
    ),
  ],
  stderrLengthMax: [
    reached(`${agent}/session/stderr-tail.test.ts`, 'keeps the last lines alone, of a long one its end'),
  ],
  stderrLinesMax: [
    reached(`${agent}/session/stderr-tail.test.ts`, 'keeps the last lines alone, of a long one its end'),
  ],
}
