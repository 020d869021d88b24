import { Duplex } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { SSEStreamingApi } from 'hono/streaming'
import type { LiveQuery, Reader } from '@provloom/reader'
import { ProvloomError, exactJson, limits } from '@provloom/shared'
import { answerError } from './answer-error.ts'
import { Question, liveQuery } from './question.ts'

/** How often a stream looks whether anything is other than it was; of large news it is a little longer until the next. */
const LOOK_MS = 1_000
const LOOK_MS_AFTER_MUCH = 3_000
/** What an open page is sent each millisecond, about: it may be at the far end of a slow tunnel. */
const BYTES_PER_MS = 5
/** Of news, packed: they are like the ones before. */
const PACKED_SHARE = 0.3
/** Without news so long a comment is sent: who is in between keeps the connection, and we see when it is gone. */
const COMMENT_MS = 15_000

/**
 * What changes in a run: `live` as server-sent events whose ids are cursors, so that a browser goes on behind the last one
 * that it has; `changes` once, for whoever a proxy keeps from streams.
 */
export function addLive(api: Hono, reader: Reader, known: (run: string) => void): void {
  let streams = 0
  api.get('/changes', async (context) => {
    const { run, query } = asked(context, known)
    return context.body(exactJson(await reader.changes(run, query)), 200, {
      'content-type': 'application/json; charset=utf-8',
    })
  })
  api.get('/live', (context) => {
    const { run, query } = asked(context, known)
    if (streams >= limits.uiStreamsMax) throw full()
    streams += 1
    // A proxy that buffers is asked not to.
    context.header('x-accel-buffering', 'no')
    const isPacked = accepts(context, 'gzip')
    const answer = streamSSE(context, async (stream) => {
      try {
        await tell(stream, query, isPacked ? PACKED_SHARE : 1, (since) => reader.changes(run, since))
      } finally {
        streams -= 1
      }
    })
    return isPacked ? packed(answer) : answer
  })
}

function accepts(context: Context, encoding: string): boolean {
  const said = context.req.header('accept-encoding') ?? ''
  return said.split(',').some((one) => one.trim().split(';')[0] === encoding)
}

/** Each event at once, and as little of it as is not what the ones before it were. */
function packed(answer: Response): Response {
  const headers = new Headers(answer.headers)
  headers.set('content-encoding', 'gzip')
  headers.append('vary', 'accept-encoding')
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
  // The two libraries' types of one and the same stream.
  const { readable, writable } = Duplex.toWeb(gzip) as {
    readonly readable: ReadableStream<Uint8Array>
    readonly writable: WritableStream<Uint8Array>
  }
  // A browser that has left is no news: who tells it sees so too.
  void answer.body?.pipeTo(writable).catch(() => {})
  return new Response(readable, { status: answer.status, headers })
}

async function tell(
  stream: SSEStreamingApi,
  query: LiveQuery,
  share: number,
  look: (query: LiveQuery) => Promise<Awaited<ReturnType<Reader['changes']>>>,
): Promise<void> {
  let since = query.since
  let quietMs = 0
  await stream.write(': begun\n\n')
  while (!stream.aborted && !stream.closed) {
    const changes = await look(since === undefined ? query : { ...query, since }).catch((error: unknown) =>
      answerError(error),
    )
    if ('status' in changes) {
      await stream.writeSSE({ event: 'trouble', data: exactJson(changes.body) })
      return
    }
    since = changes.cursor
    let waitMs = LOOK_MS
    if (changes.changed || changes.ended === true) {
      const data = exactJson(changes)
      await stream.writeSSE({ event: 'changes', id: changes.cursor, data })
      waitMs = Math.min(LOOK_MS_AFTER_MUCH, Math.max(LOOK_MS, (data.length * share) / BYTES_PER_MS))
      quietMs = 0
    }
    if (changes.ended === true) return
    await stream.sleep(waitMs)
    quietMs += waitMs
    if (quietMs < COMMENT_MS) continue
    quietMs = 0
    await stream.write(': still here\n\n')
  }
}

function asked(
  context: Context,
  known: (run: string) => void,
): { readonly run: string; readonly query: LiveQuery } {
  const question = new Question(new URL(context.req.url).searchParams)
  const run = question.needed('run')
  known(run)
  const since = question.text('since')
  const query = liveQuery(question, context.req.header('last-event-id') ?? since)
  question.done()
  return { run, query }
}

function full(): ProvloomError {
  return new ProvloomError('STREAMS_FULL', `There are ${limits.uiStreamsMax} live views already`, {
    doing: 'follow a run',
    hint: 'Close some; this one asks now and then instead.',
  })
}
