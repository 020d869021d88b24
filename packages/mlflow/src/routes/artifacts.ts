import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { reasonOf } from '@provloom/shared'
import type { Json } from '../answer.ts'
import type { ArtifactFiles, Listed } from '../artifact-files.ts'
import { partPrefix } from '../artifact-place.ts'
import type { ArtifactPlace } from '../artifact-place.ts'
import { Fault } from '../fault.ts'
import type { Library } from '../library.ts'
import { get } from './route.ts'
import type { Route } from './route.ts'

/** Behind `/api/2.0/mlflow-artifacts`: for clients that do not see our folder. */
export function addArtifactReads(app: Hono, files: ArtifactFiles): void {
  app.get('/artifacts', async (context) => {
    const found = (await files.list(context.req.query('path') ?? '')).map((one) => fileJson(one, undefined))
    return context.json(found.length === 0 ? {} : { files: found })
  })
  app.get(at, async (context) => {
    const found = await files.file(pathOf(context))
    if (found === undefined)
      throw new Fault('RESOURCE_DOES_NOT_EXIST', `No such artifact: ${pathOf(context)}`)
    // The two libraries' types of one and the same stream.
    const body = Readable.toWeb(fs.createReadStream(found.file)) as globalThis.ReadableStream
    return new Response(body, {
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(found.size) },
    })
  })
}

const at = '/artifacts/*'

export function addArtifactWrites(app: Hono, place: ArtifactPlace, told: (message: string) => void): void {
  app.put(at, async (context) => {
    const file = place.inside(pathOf(context))
    try {
      await write(file, context.req.raw.body)
    } catch (error) {
      // A full disk is ours to tell: the script goes on without this file.
      told(`an artifact of MLflow's is not kept: ${path.basename(file)}: ${reasonOf(error)}`)
    }
    return context.json({})
  })
  app.delete(at, (context) => {
    fs.rmSync(place.inside(pathOf(context)), { recursive: true, force: true })
    return context.json({})
  })
  // In these words a client sends the file whole.
  app.all('/mpu/*', () => {
    throw new Fault(
      'NOT_IMPLEMENTED',
      'Multipart upload is not supported for the current artifact repository',
    )
  })
}

/** The list of a run's own files, which only clients of a server ask for. */
export function artifactRoutes(library: Library, files: ArtifactFiles): Route[] {
  return [
    get('/artifacts/list', async ({ asked }) => {
      const { artifactUri } = (await library.run(asked.runId)).info
      const root = files.pathOf(artifactUri)
      const below = asked.text('path')
      if (root === undefined) return { root_uri: artifactUri }
      const found = await files.list(below === undefined ? root : `${root}/${below}`)
      return { root_uri: artifactUri, files: found.map((one) => fileJson(one, below)) }
    }),
  ]
}

/** Behind `/artifacts/`, each piece as it was before it was written as an address. */
function pathOf(context: Context): string {
  const { pathname } = new URL(context.req.url)
  const [, raw = ''] = /\/artifacts\/(.*)$/.exec(pathname) ?? []
  try {
    return raw
      .split('/')
      .map((piece) => decodeURIComponent(piece))
      .join('/')
  } catch {
    throw new Fault('INVALID_PARAMETER_VALUE', `Invalid path: ${raw}`)
  }
}

function fileJson({ name, size }: Listed, below: string | undefined): Json {
  const file = below === undefined ? name : `${below}/${name}`
  return { path: file, is_dir: size === undefined, ...(size === undefined ? {} : { file_size: size }) }
}

/**
 * Whole in its place, or not there: what is being sent is beside it. All of it is read, whatever the disk says: a client
 * that is answered while it sends would take that for a broken connection, and send it again.
 */
async function write(file: string, body: ReadableStream | null): Promise<void> {
  const part = path.join(path.dirname(file), `${partPrefix}${randomBytes(6).toString('hex')}`)
  let trouble: unknown
  const attempt = async (what: () => Promise<unknown>): Promise<void> => {
    if (trouble !== undefined) return
    try {
      await what()
    } catch (error) {
      trouble = error
    }
  }
  let into: FileHandle | undefined
  await attempt(async () => {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    into = await open(part, 'wx', 0o600)
  })
  if (body !== null)
    for await (const bytes of Readable.fromWeb(body)) await attempt(async () => await into?.writeFile(bytes))
  await attempt(async () => await into?.close())
  await attempt(async () => await rename(part, file))
  if (trouble === undefined) return
  await into?.close().catch(() => undefined)
  await rm(part, { force: true }).catch(() => undefined)
  throw new Error(reasonOf(trouble), { cause: trouble })
}
