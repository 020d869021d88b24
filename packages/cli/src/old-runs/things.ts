import fs from 'node:fs'
import path from 'node:path'
import { markOf } from '@provloom/agent/spool'
import type { Artifact, Dataset, Model } from '@provloom/shared'
import type { OldDocument } from './document.ts'
import { countIn, textIn, typesIn } from './fields.ts'
import type { Fields } from './fields.ts'
import { contextOf, instantOf, labelOf } from './names.ts'
import { isParam, ofDataset } from './params.ts'
import type { Places } from './places.ts'
import { isMetric } from './series.ts'

type OldArtifact = Omit<Artifact, 'time' | 'type'> & { readonly atUs?: number }

/** Files, models and data sets, as the events that they become; times undefined where the document has none. */
export interface OldThings {
  readonly artifacts: readonly OldArtifact[]
  readonly models: readonly Omit<Model, 'time' | 'type'>[]
  readonly datasets: readonly Omit<Dataset, 'time' | 'type'>[]
}

interface Look {
  readonly document: OldDocument
  readonly root: string
  readonly places: Places
  readonly zone: number
}

/** @param tell hears of files that are not there */
export function thingsOf(look: Look, tell: (message: string) => void): OldThings {
  const { document, root, places } = look
  const artifacts = new Map<string, OldArtifact>()
  const models: OldThings['models'][number][] = []
  const datasets = [...datasetsOfParams(document)]
  const names = new Set(document.entities.map(({ name, fields }) => labelOf(name, fields)))
  const missing = new Set<string>()
  for (const { name, fields } of document.entities) {
    if (isParam(fields) || isMetric(fields) || typesIn(fields).includes('SourceCode')) continue
    const label = labelOf(name, fields)
    // The file that was logged and its copy are one.
    if (/^original_/i.test(label) && names.has(label.slice('original_'.length))) continue
    const activity = document.generatedBy.get(name)?.[0] ?? document.usedBy.get(name)?.[0]
    const place = contextOf(activity, root)
    if (isDataset(fields)) {
      datasets.push({ label, ...place, direction: 'input', ...samplesOf(fields) })
      continue
    }
    const parameters = countEnding(fields, 'total_params')
    if (parameters !== undefined)
      models.push({
        name: label.replace(/\.pth?$/, ''),
        parameters,
        ...place,
        direction: directionOf(document, name, label),
      })
    const named = textIn(fields, 'path', 'identifier', 'artifact_path', 'artifact_uri')
    if (named === undefined || fields.has('provenance_path')) continue
    const file = places.find(named)
    if (file === undefined) missing.add(named)
    const known = artifacts.get(named)
    artifacts.set(
      named,
      known ?? { ...artifactOf(look, { name, fields }, named), ...place, ...keptAs(file, named) },
    )
  }
  if (missing.size > 0)
    tell(
      `${missing.size} logged files are not there, and are recorded by their paths: ${[...missing].slice(0, 3).join(', ')}`,
    )
  return { artifacts: [...artifacts.values()], models, datasets }
}

function artifactOf(
  { document, zone }: Look,
  { name, fields }: OldDocument['entities'][number],
  named: string,
): Omit<OldArtifact, 'path'> {
  // Version 1 names a file by its path.
  const label = name === named ? path.basename(named) : labelOf(name, fields)
  const version = /_(\d+)(?:\.pth?)?$/.exec(label)?.[1]
  const isModel =
    /\.pth?$/.test(named) || typesIn(fields).some((one) => one === 'Model' || one === 'ModelVersion')
  const atUs = instantOf(textIn(fields, 'generatedAtTime', 'creation_timestamp'), zone)
  return {
    name: label,
    kind: isModel ? (version === undefined ? 'model' : 'checkpoint') : 'artifact',
    role: directionOf(document, name, label),
    ...(isModel ? { model: label.replace(/\.pth?$/, '').replace(/_\d+$/, '') } : {}),
    ...(isModel && version !== undefined ? { version: Number(version) } : {}),
    ...(atUs === undefined ? {} : { atUs }),
  }
}

/** Version 2 says of the copy of what was made that it was used. */
function directionOf(
  { entities, usedBy, generatedBy }: OldDocument,
  name: string,
  label: string,
): 'input' | 'output' {
  const isCopyOfOutput = entities.some(
    (one) => generatedBy.has(one.name) && labelOf(one.name, one.fields) === `original_${label}`,
  )
  return usedBy.has(name) && !isCopyOfOutput ? 'input' : 'output'
}

/** What lies there now is what the run has: its agent copies it, and tells when it changes meanwhile. */
function keptAs(
  file: string | undefined,
  named: string,
): Pick<Artifact, 'path' | 'copy' | 'mark' | 'size' | 'problem'> {
  if (file === undefined)
    return { path: named, copy: false, problem: 'it was not there when the run was imported' }
  const found = fs.statSync(file, { bigint: true })
  if (!found.isFile()) return { path: file, copy: false }
  return { path: file, copy: true, mark: markOf(found), size: Number(found.size) }
}

/** Version 1: parameters `train_stat_batch_size`, ... */
function datasetsOfParams({ entities }: OldDocument): OldThings['datasets'] {
  const found = new Map<string, Map<string, unknown>>()
  for (const { name, fields } of entities) {
    const label = isParam(fields) ? ofDataset.exec(name)?.[1] : undefined
    if (label === undefined) continue
    const known = found.get(label) ?? new Map<string, unknown>()
    found.set(label, known.set(name, fields.get('parameter_value')))
  }
  return [...found].map(([label, fields]) => ({ label, direction: 'input' as const, ...samplesOf(fields) }))
}

function isDataset(fields: Fields): boolean {
  return (
    typesIn(fields).includes('Dataset') ||
    [...fields.keys()].some((one) => /_stat_(?:total|batch)_/.test(one))
  )
}

/** What a loader's length was taken for differs by version: only what is surely so is taken. */
function samplesOf(
  fields: Fields,
): Pick<Dataset, 'samples' | 'batches' | 'batchSize' | 'workers' | 'shuffle'> {
  const batchSize = countEnding(fields, '_stat_batch_size')
  const batches = countEnding(fields, '_stat_total_steps')
  // Each version takes the one or the other for the samples: those that make so many batches are them.
  const samples = ['_stat_total_samples', '_stat_total_batches']
    .map((ending) => countEnding(fields, ending))
    .find(
      (one) =>
        one !== undefined &&
        (batchSize === undefined || batches === undefined || Math.ceil(one / batchSize) === batches),
    )
  const workers = countEnding(fields, '_stat_num_workers')
  const shuffle = [...fields].find(([name]) => name.endsWith('_stat_shuffle'))?.[1]
  return {
    ...(samples === undefined ? {} : { samples }),
    ...(batches === undefined ? {} : { batches }),
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(workers === undefined ? {} : { workers }),
    ...(typeof shuffle === 'boolean' ? { shuffle } : {}),
  }
}

function countEnding(fields: Fields, ending: string): number | undefined {
  const name = [...fields.keys()].find((one) => one.endsWith(ending))
  return name === undefined ? undefined : countIn(fields, name)
}
