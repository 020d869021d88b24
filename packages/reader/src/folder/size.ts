import fs from 'node:fs'
import path from 'node:path'
import type { Size } from '../answer/runs.ts'

type Part = Exclude<keyof Size, 'total'>

const partOf: Readonly<Record<string, Part>> = {
  metrics: 'metrics',
  curves: 'metrics',
  artifacts: 'artifacts',
  code: 'artifacts',
  journal: 'journal',
  '.reopening': 'journal',
}

/** Bytes of a run directory's files. What goes while it is walked through counts as nothing; links are not followed. */
export function sizeOf(directory: string): Size {
  const size = { total: 0, metrics: 0, artifacts: 0, graph: 0, journal: 0 }
  for (const entry of entriesOf(directory)) {
    const bytes = bytesOf(path.join(directory, entry.name), entry)
    size[partOf[entry.name] ?? 'graph'] += bytes
    size.total += bytes
  }
  return size
}

function bytesOf(place: string, entry: fs.Dirent): number {
  if (!entry.isDirectory()) return fs.lstatSync(place, { throwIfNoEntry: false })?.size ?? 0
  return entriesOf(place).reduce((sum, one) => sum + bytesOf(path.join(place, one.name), one), 0)
}

function entriesOf(directory: string): fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}
