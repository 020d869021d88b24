import fs from 'node:fs'
import path from 'node:path'
import type { OldDocument } from './document.ts'
import { countIn, textIn, typesIn } from './fields.ts'
import type { Fields } from './fields.ts'
import { contextOf, instantOf, rootFields, rootOf, zoneOf } from './names.ts'
import { paramsOf } from './params.ts'
import type { OldParam } from './params.ts'
import { Places } from './places.ts'
import { seriesOf } from './series.ts'
import type { OldSeries } from './series.ts'
import { thingsOf } from './things.ts'
import type { OldThings } from './things.ts'

/** One rank of an old run. Times in microseconds since the epoch. */
export interface OldRank extends OldThings {
  readonly file: string
  readonly experiment: string
  readonly rank: number
  readonly host: string
  readonly command: readonly string[]
  readonly startUs: number
  readonly endUs: number
  readonly params: readonly OldParam[]
  readonly contexts: readonly { readonly name: string; readonly parent?: string }[]
  readonly series: readonly OldSeries[]
  /** What could not be taken over, or is not what it seems. */
  readonly told: readonly string[]
}

/** Ranks of one run lie in one folder, each with a document of its own. */
export function runsOf(documents: readonly OldDocument[]): OldRank[][] {
  const runs = new Map<string, OldRank[]>()
  for (const document of documents) {
    const rank = rankOf(document)
    const key = `${path.dirname(path.resolve(document.file))}\0${rank.experiment}\0${numberOf(document.file)}`
    const ranks = runs.get(key) ?? []
    // Two documents of one rank are two runs.
    const isOther = ranks.every((one) => one.rank !== rank.rank)
    runs.set(isOther ? key : `${key}\0${document.file}`, isOther ? [...ranks, rank] : [rank])
  }
  return [...runs.values()]
}

function numberOf(file: string): string {
  return /_(\d+)\.json$/.exec(file)?.[1] ?? ''
}

function rankOf(document: OldDocument): OldRank {
  const told: string[] = []
  const root = rootOf(document)
  const fields = rootFields(document, root)
  const zone = zoneOf(textIn(fields, 'time_zone'))
  const named = textIn(fields, 'experiment_name') ?? root.replace(/^context:/, '')
  const places = new Places(document.file, runFolderOf(fields))
  const tell = (message: string): void => void told.push(message)
  const series = seriesOf(document, root, places, tell)
  const params = paramsOf(document, root)
  const things = thingsOf({ document, root, places, zone }, tell)
  const times = series.flatMap(({ columns }) => columns.times.filter((one) => one !== undefined))
  const said = [
    instantOf(textIn(fields, 'startTime', 'startedAtTime', 'execution_start_time'), zone),
    instantOf(textIn(fields, 'endTime', 'endedAtTime', 'execution_end_time'), zone),
    ...['execution_start_time', 'execution_end_time'].map((one) =>
      instantOf(parameterIn(document, one), zone),
    ),
  ]
  const [startUs, endUs] = span(
    [...said, ...times, ...things.artifacts.map(({ atUs }) => atUs)],
    document.file,
    tell,
  )
  const command = params.find(({ key }) => key === 'execution_command')?.value
  return {
    file: document.file,
    experiment: named.replace(/_execution$/, '').replace(/_GR\w+?(?:_\d+)?$/, '') || 'experiment',
    rank: countIn(fields, 'global_rank') ?? Number(/_GR(\d+)/.exec(named)?.[1] ?? 0),
    host: textIn(fields, 'host_name') ?? 'unknown',
    command: command === undefined ? [] : command.split(' '),
    startUs,
    endUs,
    params,
    contexts: contextsOf(document, root),
    series,
    ...things,
    told,
  }
}

function parameterIn({ entities }: OldDocument, name: string): string | undefined {
  const found = entities.find((one) => one.name === name)
  return found === undefined ? undefined : textIn(found.fields, 'parameter_value')
}

/** What the document calls its own folder: version 1 says where the artifacts are. */
function runFolderOf(fields: Fields): string | undefined {
  const artifacts = textIn(fields, 'artifact_uri')
  return textIn(fields, 'experiment_dir') ?? (artifacts === undefined ? undefined : path.dirname(artifacts))
}

/** From the first to the last time that is known; where none is, both are when the document was written, which is told. */
function span(
  times: readonly (number | undefined)[],
  file: string,
  tell: (message: string) => void,
): readonly [number, number] {
  let [first, last] = [Infinity, -Infinity]
  for (const one of times) {
    if (one === undefined) continue
    first = Math.min(first, one)
    last = Math.max(last, one)
  }
  if (first <= last) return [first, last]
  tell('no time of it is known: it has that of its file')
  const writtenUs = Math.round(fs.statSync(file).mtimeMs * 1000)
  return [writtenUs, writtenUs]
}

function contextsOf(document: OldDocument, root: string): OldRank['contexts'] {
  const found = new Map<string, string | undefined>()
  for (const [activity, fields] of document.activities) {
    // Version 1 has an activity for each epoch; its metrics say their contexts.
    const isStep = typesIn(fields).some((one) => one.endsWith('Execution'))
    if (isStep || ['commit', 'prov-ml:Models'].includes(activity)) continue
    const { context } = contextOf(activity, root)
    if (context === undefined) continue
    const { context: parent } = contextOf(document.informedBy.get(activity), root)
    if (!found.has(context)) found.set(context, parent === context ? undefined : parent)
  }
  return [...found].map(([name, parent]) => (parent === undefined ? { name } : { name, parent }))
}
