import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Hono } from 'hono'
import type { Context } from 'hono'
import type { Reader } from '@provloom/reader'
import { ProvloomError, exactJson } from '@provloom/shared'
import { fileInside } from './inside.ts'
import { addLive } from './live.ts'
import {
  Question,
  curveQuery,
  graphQuery,
  lineageQuery,
  matrixQuery,
  ranksQuery,
  runQuery,
  runsQuery,
  whyQuery,
} from './question.ts'

/** Where a server reads, in words for the page. */
export interface About {
  readonly directory: string
  /** As people write it: `~/digits/prov`. */
  readonly shown: string
  readonly host: string
  readonly version: string
}

type Answering<T> = (question: Question, run: string) => Promise<T>

/** The reader's answers as they are, each by its address. */
export function createApi(reader: Reader, about: About): Hono {
  const api = new Hono()
  const answer = (address: string, ask: Answering<unknown>): void => {
    api.get(address, async (context) => {
      const question = questionOf(context)
      const asked = ask(question, context.req.param('run') ?? '')
      return json(context, await asked)
    })
  }
  const ofRun = (address: string, ask: Answering<unknown>): void =>
    answer(`/runs/:run${address}`, async (question, run) => {
      directoryOf(reader, run)
      return await ask(question, run)
    })
  answer('/about', async (question) => {
    question.done()
    return about
  })
  answer('/runs', (question) => reader.runs(done(question, runsQuery(question))))
  answer('/diff', (question) => {
    const runs = runsOf(question)
    for (const run of runs) directoryOf(reader, run)
    question.done()
    return reader.diff(runs)
  })
  answer('/lineage', (question) =>
    reader.lineage(
      done(
        question,
        lineageQuery(question, (file) => fileInside(reader.directory, file)),
      ),
    ),
  )
  ofRun('', (question, run) => reader.run(run, { ...done(question, runQuery(question)), findings: 'known' }))
  ofRun('/curve', (question, run) => reader.curve(run, done(question, curveQuery(question))))
  ofRun('/ranks', (question, run) => reader.ranks(run, done(question, ranksQuery(question))))
  ofRun('/matrix', (question, run) => reader.matrix(run, done(question, matrixQuery(question))))
  ofRun('/graph', (question, run) => reader.graph(run, done(question, graphQuery(question))))
  ofRun('/why', (question, run) => reader.why(run, done(question, whyQuery(question))))
  ofRun('/verify', async (question, run) => {
    const said = question.needed('path')
    question.done()
    return await hashed(fileInside(directoryOf(reader, run), said), said)
  })
  addDrawing(api, reader)
  addFile(api, reader)
  addLive(api, reader, (run) => directoryOf(reader, run))
  return api
}

/**
 * A run by its directory's name, inside the save directory: what the reader takes beside that (paths) is for who has a shell.
 *
 * @throws {ProvloomError} `RUN_UNKNOWN`, and what the reader says
 */
function directoryOf(reader: Reader, run: string): string {
  const directory = run.includes('/') || run.includes('\0') ? undefined : reader.directoryOf(run)
  if (directory !== undefined && path.dirname(directory) === reader.directory) return directory
  throw new ProvloomError('RUN_UNKNOWN', `There is no run ${run} in ${reader.directory}`, {
    doing: 'find the run',
    to: run,
    hint: 'Runs are named by their folder.',
  })
}

/** What is shown of the graph as a picture, and as a document of its own: both made as they are asked for. */
function addDrawing(api: Hono, reader: Reader): void {
  api.get('/runs/:run/graph.svg', async (context) => {
    const [question, run] = [questionOf(context), context.req.param('run')]
    const theme = question.oneOf('theme', ['light', 'dark'] as const)
    const query = done(question, graphQuery(question))
    directoryOf(reader, run)
    const svg = await reader.drawing(run, { ...query, ...(theme === undefined ? {} : { theme }) })
    return context.body(svg, 200, { 'content-type': 'image/svg+xml; charset=utf-8' })
  })
  api.get('/runs/:run/graph.json', async (context) => {
    const [question, run] = [questionOf(context), context.req.param('run')]
    const query = done(question, graphQuery(question))
    directoryOf(reader, run)
    const document = await reader.graphDocument(run, query)
    return context.body(document, 200, { 'content-type': 'application/json; charset=utf-8' })
  })
}

/** A file of the run directory: as text that is never run, or to be saved. */
function addFile(api: Hono, reader: Reader): void {
  api.get('/runs/:run/file', async (context) => {
    const question = questionOf(context)
    const said = question.needed('path')
    const save = question.flag('save') === true
    question.done()
    const file = fileInside(directoryOf(reader, context.req.param('run')), said)
    const { stream, size } = await opened(file, said)
    const kind = save ? 'application/octet-stream' : 'text/plain; charset=utf-8'
    const name = encodeURIComponent(path.basename(file))
    const body = Readable.toWeb(stream)
    // The two libraries' types of one and the same stream.
    return new Response(body as ReadableStream, {
      headers: {
        'content-type': kind,
        'content-length': String(size),
        ...(save ? { 'content-disposition': `attachment; filename*=UTF-8''${name}` } : {}),
      },
    })
  })
}

async function hashed(
  file: string,
  said: string,
): Promise<{ readonly path: string; readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  const { stream, size } = await opened(file, said)
  await pipeline(stream, hash)
  return { path: said, size, sha256: hash.digest('hex') }
}

/** @throws {ProvloomError} `FILE_UNREADABLE`, before anything is answered */
async function opened(
  file: string,
  said: string,
): Promise<{ readonly stream: fs.ReadStream; readonly size: number }> {
  try {
    const handle = await fs.promises.open(file, 'r')
    const { size } = await handle.stat()
    return { size, stream: handle.createReadStream() }
  } catch (error) {
    throw new ProvloomError('FILE_UNREADABLE', `${said} cannot be read`, {
      doing: 'read the file',
      to: said,
      cause: error,
      hint: 'Whoever runs provloom ui must be allowed to read it.',
    })
  }
}

export function questionOf(context: Context): Question {
  return new Question(new URL(context.req.url).searchParams)
}

function done<T>(question: Question, query: T): T {
  question.done()
  return query
}

function runsOf(question: Question): string[] {
  const [a, b] = [question.needed('a'), question.needed('b')]
  const further = ['c', 'd', 'e', 'f', 'g', 'h'].map((name) => question.text(name))
  return [a, b, ...further.filter((run) => run !== undefined)]
}

/** Counts may be beyond what a number holds. */
function json(context: Context, answer: unknown): Response {
  return context.body(exactJson(answer), 200, { 'content-type': 'application/json; charset=utf-8' })
}
