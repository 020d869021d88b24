import fs from 'node:fs'
import path from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, readJson, validate } from '@provloom/prov'

/** Rows of one series in the order of the files, and the statistics that PROV tells of it. */
export interface FoundSeries {
  readonly steps: number[]
  readonly values: number[]
}

export interface FoundRun {
  /** By `rank.attempt.key`. */
  readonly series: ReadonlyMap<string, FoundSeries>
  readonly document: Sections
  /** Violations of PROV-CONSTRAINTS, or why the document cannot be read. */
  readonly violations: readonly string[]
}

export const nothingFound: FoundRun = {
  series: new Map(),
  document: {},
  violations: ['there is no document'],
}

export type Attributes = Readonly<Record<string, unknown>>
export type Sections = Readonly<Record<string, Readonly<Record<string, Attributes>>>>

/** Reads what a run directory holds, with none of the code that wrote it but the PROV library's reader. */
export async function readRun(runDir: string): Promise<FoundRun> {
  const text = fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')
  return {
    series: await readSeries(path.join(runDir, 'metrics')),
    document: JSON.parse(text) as Sections,
    violations: violationsOf(text),
  }
}

function violationsOf(text: string): string[] {
  try {
    return validate(readJson(text)).map((one) => describe(one))
  } catch (error) {
    return [String(error)]
  }
}

async function readSeries(folder: string): Promise<Map<string, FoundSeries>> {
  const found = new Map<string, FoundSeries>()
  const parts = fs.existsSync(folder)
    ? fs.readdirSync(folder).filter((name) => name.endsWith('.parquet'))
    : []
  for (const part of parts.sort()) {
    const file = await asyncBufferFromFile(path.join(folder, part))
    const columns = ['rank', 'attempt', 'key', 'context', 'step', 'value']
    for (const row of await parquetReadObjects({ file, columns, compressors })) {
      if (row['context'] !== 'TRAINING') continue
      const name = `${row['rank']}.${row['attempt']}.${row['key']}`
      let series = found.get(name)
      if (series === undefined) found.set(name, (series = { steps: [], values: [] }))
      series.steps.push(Number(row['step']))
      series.values.push(Number(row['value']))
    }
  }
  return found
}
