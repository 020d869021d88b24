import fs from 'node:fs'
import path from 'node:path'
import { addAbortSignal } from 'node:stream'
import { ProvError, readJson } from '@provloom/prov'
import { filesOf, openRun } from '@provloom/rundir'
import type { RunFile } from '@provloom/rundir'
import { ProvloomError, knownError, reasonOf } from '@provloom/shared'
import { accessOf, shared, through } from './access.ts'
import type { Access } from './access.ts'
import { seenAbout } from './about/seen.ts'
import type { AboutSeen } from './about/seen.ts'
import { contentsOf } from './contents.ts'
import type { Contents, LeftOut } from './contents.ts'
import { crateEntities } from './describe/crate.ts'
import { nameOf } from './describe/subject.ts'
import { doubtsOf, hasTimes, isOfRun, missingOf } from './doubts.ts'
import { expectedOf } from './expected.ts'
import { RunGraph } from './graph/run-graph.ts'
import { documentPieces } from './json-ld.ts'
import { mediaTypeOf, packsWell } from './media-type.ts'
import { bytesSource, openSource, textSource } from './source-file.ts'
import type { Digest, OpenSource } from './source-file.ts'
import { folderTarget } from './target/folder.ts'
import { metadataName } from './target/mark.ts'
import { placeOf } from './target/place.ts'
import type { Place } from './target/place.ts'
import { sweepStaging } from './target/staging.ts'
import type { Target } from './target/target.ts'
import { zipTarget } from './target/zip.ts'
import { context } from './vocabulary.ts'

export interface CrateOptions {
  /** Run directory; it is not changed. */
  readonly runDir: string
  /** Where to: a zip when it ends in `.zip`, else a folder. */
  readonly target: string
  /** Where authors and licence are told; `provloom-crate.json` beside the run when it is not given. */
  readonly about?: string
  /** Replaces a crate that is there. */
  readonly force?: boolean
  /** When it is exported; now, when it is not given. */
  readonly at?: Date
  /** Ends the export; nothing is left of it. */
  readonly signal?: AbortSignal
}

export interface ExportedCrate {
  /** Absolute path. */
  readonly target: string
  /** As people call the run. */
  readonly run: string
  readonly status: string
  readonly files: number
  readonly bytes: number
  readonly leftOut: readonly LeftOut[]
  /** Files that are not what the run's record says of them, by their paths in it. */
  readonly differing: readonly string[]
  /** Why what the crate tells of the run may not be so, in sentences. */
  readonly doubts: readonly string[]
  readonly about: AboutSeen
}

/**
 * Writes a run as an RO-Crate (Process Run Crate 0.5 on RO-Crate 1.1), whole or not at all, while the run goes on too. The files
 * go through in pieces; what is held is the graph and, of each file, its hash.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` for a run or a file of authors that cannot be read; `FILE_UNWRITABLE` and
 *   `BAD_OPTION` for a place where the crate may not be; what `knownError` makes of the system's error, naming the crate, when it cannot be
 *   written; the signal's reason
 */
export async function exportCrate(options: CrateOptions): Promise<ExportedCrate> {
  const { file: run, directory } = openRun(options.runDir)
  const place = placeOf(options.target, directory, options.force === true)
  try {
    return await written(options, run, directory, place)
  } catch (error) {
    throw named(place, error)
  }
}

/** What the system says of a write names no file, or one that only we know. */
function named({ given }: Place, error: unknown): unknown {
  const known = error instanceof ProvloomError ? undefined : knownError(error)
  if (known === undefined) return error
  return new ProvloomError(known.code, `Could not write the crate ${given}`, {
    doing: 'export the run',
    to: given,
    cause: known.cause,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
  })
}

async function written(
  options: CrateOptions,
  run: RunFile,
  directory: string,
  place: Place,
): Promise<ExportedCrate> {
  const graphBytes = graphIn(directory)
  const document = documentIn(directory, graphBytes)
  const graph = new RunGraph(document)
  if (!isOfRun(graph, run))
    throw unreadable(filesOf(directory).provJson, `it is of another run than run.json, ${run.runId}`)
  if (!hasTimes(run)) throw unreadable(filesOf(directory).runJson, 'its times are none')
  const doubts = doubtsOf(run, document)
  const { about, seen } = seenAbout(directory, run, options.about)
  const contents = contentsOf(directory)
  sweepStaging(path.dirname(place.beside))
  const target =
    place.shape === 'zip'
      ? zipTarget(place, contents.least)
      : folderTarget(place, contents.access.get('') ?? contents.least)
  const exportedAt = options.at ?? new Date()
  try {
    const { files, leftOut } = await copied(directory, contents, graphBytes, target, options.signal)
    const subject = { run, graph, about, files, folders: contents.folders, exportedAt }
    const { mtime, content, access } = textSource(
      documentPieces(context, crateEntities(subject)),
      exportedAt,
      metadataAccess(directory),
    )
    await target.addFile(metadataName, { mtime, content, access, packs: true })
    await target.finish()
    const expected = expectedOf(run, graph)
    return {
      target: place.target,
      run: nameOf(run),
      status: run.status,
      files: files.size,
      bytes: [...files.values()].reduce((sum, { size }) => sum + size, 0),
      leftOut: [...contents.leftOut, ...leftOut, ...missingOf(run, graph, contents)],
      differing: [...files].flatMap(([at, { sha256 }]) =>
        (expected.get(at) ?? sha256) === sha256 ? [] : [at],
      ),
      doubts,
      about: seen,
    }
  } catch (error) {
    await target.abandon()
    throw error
  }
}

/** prov.json is the one that the crate tells of, although another may have taken its place. */
async function copied(
  directory: string,
  { files: paths, folders, access: around }: Contents,
  graphBytes: Buffer,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<{ readonly files: ReadonlyMap<string, Digest>; readonly leftOut: readonly LeftOut[] }> {
  const files = new Map<string, Digest>()
  const leftOut: LeftOut[] = []
  for (const folder of folders)
    if (target.refusal(folder) === undefined) await target.addFolder(folder, around.get(folder)!)
  for (const at of paths) {
    signal?.throwIfAborted()
    const reason = target.refusal(at)
    const source = reason ?? (await opened(directory, at, graphBytes))
    if (typeof source === 'string') {
      leftOut.push({ path: at, reason: source })
      continue
    }
    const { content, mtime } = source
    const access = through(around.get(folderOf(at))!, source.access)
    if (signal !== undefined) addAbortSignal(signal, content)
    try {
      await target.addFile(at, { content, mtime, access, packs: packsWell(mediaTypeOf(at)) })
    } finally {
      content.destroy()
    }
    files.set(at, source.digest())
  }
  return { files, leftOut }
}

function folderOf(at: string): string {
  return at.slice(0, Math.max(0, at.lastIndexOf('/')))
}

/** The metadata tells what these tell. */
function metadataAccess(directory: string): Access {
  const { provJson, runJson } = filesOf(directory)
  return through(
    accessOf(fs.statSync(directory)),
    shared(accessOf(fs.statSync(provJson)), accessOf(fs.statSync(runJson))),
  )
}

/** @returns why not, of a file that cannot be opened: of a run that goes on it may be gone */
async function opened(directory: string, at: string, graphBytes: Buffer): Promise<OpenSource | string> {
  const file = path.join(directory, at)
  try {
    if (at === 'prov.json') {
      const stats = fs.statSync(file)
      return bytesSource(graphBytes, stats.mtime, accessOf(stats))
    }
    return await openSource(file)
  } catch (error) {
    return reasonOf(error)
  }
}

function graphIn(directory: string): Buffer {
  const file = filesOf(directory).provJson
  let opened: number | undefined
  try {
    // A link's target is none of the run's.
    opened = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    return fs.readFileSync(opened)
  } catch (error) {
    throw unreadable(file, 'of a run that has just begun there is none yet', error)
  } finally {
    if (opened !== undefined) fs.closeSync(opened)
  }
}

function documentIn(directory: string, bytes: Buffer): ReturnType<typeof readJson> {
  try {
    return readJson(bytes)
  } catch (error) {
    if (!(error instanceof ProvError)) throw error
    throw unreadable(filesOf(directory).provJson, 'provloom validate tells more', error)
  }
}

function unreadable(file: string, hint: string, cause?: unknown): ProvloomError {
  return new ProvloomError('FILE_UNREADABLE', `Could not read ${file}`, {
    doing: 'export the run',
    to: file,
    ...(cause === undefined ? {} : { cause }),
    hint: `The crate is made from it; ${hint}.`,
  })
}
