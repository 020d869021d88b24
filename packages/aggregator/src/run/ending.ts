import path from 'node:path'
import { pictureOf, svgOf } from '@provloom/graph/picture'
import type { PictureOptions } from '@provloom/graph/picture'
import type { ProvDocument } from '@provloom/prov'
import { draw } from '@provloom/prov/draw'
import { filesOf } from '@provloom/rundir'
import { partNames, writeRunFile } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import type { Closed, ControlEntry, RunHead } from '@provloom/rundir/entry'
import { lsn, reasonOf, writeDurably } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { recordGone } from './files-gone.ts'
import { keepForReopening } from './kept-state.ts'
import type { Readers } from './readers.ts'
import type { Surroundings } from './surroundings.ts'
import type { Trouble } from './trouble.ts'

/** An open run, as the one that ends it sees it. */
export interface Ending {
  readonly facts: RunFacts
  readonly readers: Readers
  readonly trouble: Trouble
  readonly record: (entry: ControlEntry) => Promise<Lsn>
  readonly still: <R>(work: Generator<void, R>) => Promise<R>
}

/**
 * Ends a run that is at rest: its last metric rows sealed, what is not there any more recorded, `closed` journaled, prov.json, pictures where asked for,
 * run.json. Its journal stays a while: what is known a little later amends it. A crash in between is finished by the
 * next aggregator; doing a step twice is harmless.
 *
 * @returns the files written, relative to the run directory
 * @throws the system's error, or `LOG_FAILED`; the run is then still open and a later call goes on
 */
export async function endRun(
  run: Ending,
  around: Surroundings,
  cause: Closed['cause'],
): Promise<readonly string[]> {
  const { metrics, roster } = run.readers
  if (!roster.closed) {
    do {
      const sealed = await metrics.seal()
      if (sealed.parts.length > 0)
        await run.record({ kind: 'parts', parts: sealed.parts, through: sealed.through })
    } while (metrics.pendingBytes > 0)
    await recordGone(run, around)
    await run.record({ kind: 'closed', time: around.clock.nowUs(), cause })
  }
  return writeEnd(run, around, false)
}

/**
 * Closes a run that has ended: its document as it is now, its journal gone. Where a launcher may start ranks again, what
 * the run would go on from is kept.
 *
 * @throws the system's error; a later call goes on
 */
export async function closeRun(
  run: Ending,
  around: Surroundings,
  mayReopen: boolean,
): Promise<readonly string[]> {
  const { runDir } = run.facts
  const written = await writeEnd(run, around, true)
  if (mayReopen) {
    const store = await run.readers.metrics.seal()
    const graph = await run.still(run.readers.graph.saveSlices())
    const applied = run.readers.position
    await keepForReopening(
      around.files,
      runDir,
      { applied, graph },
      {
        ...store,
        replayFrom: lsn(applied + 1),
      },
    )
  }
  await around.files.removeFolder(filesOf(runDir).journal)
  return written
}

async function writeEnd(run: Ending, around: Surroundings, finished: boolean): Promise<readonly string[]> {
  const { graph } = run.readers
  const files = filesOf(run.facts.runDir)
  await writeDurably(around.files, files.provJson, await run.still(graph.renderSlices()), 'umask')
  const head = await run.still(graph.headSlices())
  const pictures = await writePictures(run, around, head)
  const parts = partNames(around.files.list(files.metrics)).map((name) => `metrics/${name}`)
  const written = ['prov.json', ...pictures, ...parts]
  const summary = graph.summary()
  // As the graph says it: also of a rank that was open when its aggregator was stopped.
  const kept = summary.problemKinds.some(({ code }) => code === 'KEPT')
  await writeRunFile(around.files, run.facts, {
    summary,
    head,
    journalPosition: run.readers.position,
    // With records kept elsewhere it is not: they can be handed in, and complete it.
    finished: finished && !kept,
    ...(finished ? {} : { connectionFile: around.connectionFile }),
    files: written,
  })
  return written
}

/** Drawn in their turn. A picture that cannot be drawn is told, and costs the run nothing else. */
async function writePictures(run: Ending, around: Surroundings, { metrics }: RunHead): Promise<string[]> {
  const { graph, roster } = run.readers
  const { createSvg, createGraph, drawings } = around
  const wantSvg = createSvg || roster.createSvg
  if (!wantSvg && !createGraph && !roster.createGraph) return []
  const files = filesOf(run.facts.runDir)
  const document = graph.document()
  const title = path.basename(run.facts.runDir)
  const drawn = await Promise.all([
    drawings.add(() => writePicture(run, around, files.provDot, () => draw(document, { title }))),
    wantSvg &&
      drawings.add(() =>
        writePicture(run, around, files.provSvg, () => svgOfRun(document, { title, sparks: metrics.shown })),
      ),
  ])
  return drawn.filter((name) => typeof name === 'string')
}

function svgOfRun(document: ProvDocument, options: PictureOptions): string {
  const picture = pictureOf(document, options)
  if (picture === undefined) throw new Error('the document is no record of a run')
  return svgOf(picture)
}

/** @returns its name, where it was written */
async function writePicture(
  { trouble }: Ending,
  { files }: Surroundings,
  file: string,
  drawing: () => string,
): Promise<string | undefined> {
  let picture: string
  try {
    picture = drawing()
  } catch (error) {
    trouble.began(file, new Error(`${file} could not be drawn: ${reasonOf(error)}`), 'DRAWING_FAILED')
    return undefined
  }
  try {
    await writeDurably(files, file, [Buffer.from(picture, 'utf8')], 'umask')
  } catch (error) {
    trouble.began(file, error)
    return undefined
  }
  return path.basename(file)
}
