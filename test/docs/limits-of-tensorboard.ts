import { agent, reached } from './reached.ts'
import type { Reached } from './reached.ts'

const bounds = `${agent}/tensorboard/bounds.test.ts`
const ofSession = 'of one session tensorboardFilesPerSessionMax are, and tensorboardFileBytesMax of bytes'

/** Of TensorBoard's event files. */
export const limitsOfTensorboard: Readonly<Record<string, readonly Reached[]>> = {
  tensorboardRecordBytesMax: [
    reached(
      `${agent}/tensorboard/record-cursor.test.ts`,
      'a record of more than tensorboardRecordBytesMax is passed over, with how large it is',
    ),
  ],
  tensorboardFilesMax: [
    reached(bounds, 'tensorboardFilesMax files are followed at once, and the next is told'),
  ],
  tensorboardFoldersMax: [
    reached(bounds, 'tensorboardFoldersMax folders are looked through, each again when it has changed'),
  ],
  tensorboardFilesPerTagMax: [
    reached(
      bounds,
      'of one tag tensorboardFilesPerTagMax are files of their own, and it is told that there are more',
    ),
  ],
  tensorboardFilesPerSessionMax: [reached(bounds, ofSession)],
  tensorboardFileBytesMax: [reached(bounds, ofSession)],
  tensorboardWaitMs: [
    reached(
      `${agent}/tensorboard/event-files.test.ts`,
      'of a command that begins none, one is begun tensorboardWaitMs behind its first value, or at its end',
    ),
  ],
  tensorboardEndMs: [
    reached(bounds, 'at a session’s end no more than tensorboardEndMs are spent to read on, and it is told'),
  ],
}
