import path from 'node:path'
import { LogCursor, decodeEvent, payloadAt } from '@provloom/shared'
import type { Files, SessionStart } from '@provloom/shared'
import type { SpoolFolder } from './folder.ts'

/**
 * The first `session.start` of a spool's worker streams, by time: what the worker asks for. Looks at the first record
 * of each stream only, because a client's first record is its `session.start`.
 */
export async function findSessionStart(files: Files, spool: SpoolFolder): Promise<SessionStart | undefined> {
  let found: SessionStart | undefined
  for (const stream of files.list(spool.streams)) {
    if (stream.startsWith('agent-')) continue
    const start = await firstEvent(files, path.join(spool.streams, stream))
    if (start !== undefined && (found === undefined || start.time < found.time)) found = start
  }
  return found
}

async function firstEvent(files: Files, folder: string): Promise<SessionStart | undefined> {
  const cursor = new LogCursor(files, folder, 0)
  try {
    const chunk = await cursor.next()
    if (chunk === undefined) return undefined
    const look = decodeEvent(payloadAt(chunk, 0))
    return look.kind === 'event' && look.event.type === 'session.start' ? look.event : undefined
  } catch {
    return undefined
  } finally {
    cursor.close()
  }
}
