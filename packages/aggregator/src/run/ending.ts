import path from 'node:path'
import { draw, renderSvg } from '@provloom/prov/draw'
import type { ProvDocument } from '@provloom/prov'
import { filesOf, partNames, writeRunFile } from '@provloom/rundir'
import type { RunFacts } from '@provloom/rundir'
import type { Closed, ControlEntry } from '@provloom/rundir/entry'
import { reasonOf, writeDurably } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { writeSnapshot } from '../journal/snapshot.ts'
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
 * Ends a run that is at rest: its last metric rows sealed, `closed` journaled, prov.json, pictures where asked for,
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
  const { reopening, journal } = filesOf(run.facts.runDir)
  const written = await writeEnd(run, around, true)
  if (mayReopen) {
    const { saved } = await run.readers.metrics.seal()
    const graph = await run.still(run.readers.graph.saveSlices())
    const applied = run.readers.position
    await writeSnapshot(around.files, reopening, { applied, through: applied, graph, metrics: saved })
  }
  await around.files.removeFolder(journal)
  return written
}

async function writeEnd(run: Ending, around: Surroundings, finished: boolean): Promise<readonly string[]> {
  const { graph } = run.readers
  const files = filesOf(run.facts.runDir)
  await writeDurably(around.files, files.provJson, await run.still(graph.renderSlices()), 'umask')
  const pictures = await writePictures(run, around)
  const parts = partNames(around.files.list(files.metrics)).map((name) => `metrics/${name}`)
  const written = ['prov.json', ...pictures, ...parts]
  const summary = graph.summary()
  // As the graph says it: also of a rank that was open when its aggregator was stopped.
  const kept = summary.problemKinds.some(({ code }) => code === 'KEPT')
  await writeRunFile(around.files, run.facts, {
    summary,
    journalPosition: run.readers.position,
    // With records kept elsewhere it is not: they can be handed in, and complete it.
    finished: finished && !kept,
    ...(finished ? {} : { connectionFile: around.connectionFile }),
    files: written,
  })
  return written
}

/** A picture that cannot be drawn is told, and costs the run nothing else. */
async function writePictures(run: Ending, around: Surroundings): Promise<string[]> {
  const { graph, roster } = run.readers
  const wantSvg = around.createSvg || roster.createSvg
  const wantDot = wantSvg || around.createGraph || roster.createGraph
  if (!wantDot) return []
  const files = filesOf(run.facts.runDir)
  const document = graph.document()
  const title = path.basename(run.facts.runDir)
  const drawings: [file: string, draw: (document: ProvDocument) => string | Promise<string>][] = [
    [files.provDot, (whole) => draw(whole, { title })],
  ]
  if (wantSvg) drawings.push([files.provSvg, (whole) => renderSvg(whole, { title })])
  const written: string[] = []
  for (const [file, drawing] of drawings) {
    try {
      await writeDurably(around.files, file, [Buffer.from(await drawing(document), 'utf8')], 'umask')
      written.push(path.basename(file))
    } catch (error) {
      run.trouble.began(file, 'FILE_UNWRITABLE', new Error(`${file} could not be drawn: ${reasonOf(error)}`))
    }
  }
  return written
}
