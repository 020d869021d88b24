export * from './children.ts'
export * from './clock.ts'
export * from './component.ts'
export * from './config/check.ts'
export * from './config/options.ts'
export * from './connection.ts'
export * from './errors.ts'
export * from './exact-json.ts'
export * from './event/decode.ts'
export * from './event/event.ts'
export * from './files.ts'
export * from './ids.ts'
export * from './job.ts'
export * as limits from './limits.ts'
export * from './log/cursor.ts'
export * from './meeting.ts'
export {
  encodeFrame,
  encodeHeader,
  frameHeaderBytes,
  headerBytes,
  segmentFirst,
  segmentName,
} from './log/format.ts'
export type { CommitMarks, Cut } from './log/recover.ts'
export * from './log/segment-log.ts'
export * from './points.ts'
export * from './printable.ts'
export * from './process-start.ts'
export * from './say.ts'
export * from './signals.ts'
export { pointColumnBytes } from './wire/columns.ts'
export * from './wire/envelope.ts'
export * from './wire/message.ts'
export * from './wire/read-message.ts'
export * from './wire/pack.ts'
