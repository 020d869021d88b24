import path from 'node:path'
import { remarks, validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import type { RunFile } from '@provloom/rundir'
import type { Contents, LeftOut } from './contents.ts'
import type { RunGraph } from './graph/run-graph.ts'
import { prov, provloom } from './vocabulary.ts'

/** Whether the document is of that run: names of a run have its id in them. */
export function isOfRun(graph: RunGraph, { runId }: RunFile): boolean {
  return [...graph.elements()].some(({ id }) => id.includes(runId))
}

/** `Date.parse` takes `never.000Z` for the year 2000. */
const isoTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** Whether the times of run.json are some. */
export function hasTimes({ startTime, endTime }: RunFile): boolean {
  return [startTime, endTime ?? startTime].every((one) => isoTime.test(one) && !Number.isNaN(Date.parse(one)))
}

/** Why what the crate tells of the run may not be so, in sentences. */
export function doubtsOf(run: RunFile, document: ProvDocument): string[] {
  const violations = validate(document).length
  const backwards = remarks(document).filter(({ code }) => code === 'end-before-start').length
  const found: string[] = []
  if (violations > 0)
    found.push(`prov.json is not valid PROV (${violations} of its constraints): provloom validate tells more`)
  if (backwards > 0) found.push('prov.json has an end before its start: provloom validate tells more')
  if (run.endTime !== null && Date.parse(run.endTime) < Date.parse(run.startTime))
    found.push(`run.json has an end before its start: ${run.startTime} to ${run.endTime}`)
  return found
}

/**
 * What the run's record says that lies in the run directory and does not: stored copies, metric parts. Of a run that goes on
 * nothing is missed, as it may be on its way.
 */
export function missingOf(run: RunFile, graph: RunGraph, { files, folders, leftOut }: Contents): LeftOut[] {
  if (run.status === 'running') return []
  const there = new Set([...files, ...folders, ...leftOut.map((one) => one.path)])
  const said = [
    ...run.files,
    ...run.parts.map(({ file }) => file),
    ...[...graph.elements()].flatMap((one) =>
      placesIn(one.texts(prov('location')), one.is(provloom('StoredCopy'))),
    ),
  ]
  return [...new Set(said.map((one) => one.replace(/\/$/, '')))]
    .filter((one) => !there.has(one))
    .map((one) => ({ path: one, reason: "the run's record names it, and it is not there" }))
}

/** Locations that are paths in the run directory; of copies all are, unless they lead out of it. */
function placesIn(locations: readonly string[], isCopy: boolean): string[] {
  return locations.filter((one) => {
    if (path.isAbsolute(one) || one.split('/').includes('..')) return false
    return isCopy || /^(?:artifacts|code|metrics)(?:\/|$)/.test(one)
  })
}
