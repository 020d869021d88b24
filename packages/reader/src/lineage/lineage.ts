import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { ProvloomError, limits } from '@provloom/shared'
import type { LineageAnswer, LineageFound, LineageQuery, LineageStep } from '../answer/lineage.ts'
import type { Documents } from '../document/document.ts'
import type { Folder, KnownRun } from '../folder/folder.ts'
import { filesWith } from './found.ts'
import { stepsDown, stepsUp } from './steps.ts'

/** @throws {ProvloomError} `BAD_QUERY`, `FILE_UNREADABLE` */
export async function answerLineage(
  folder: Folder,
  query: LineageQuery,
  documents: Documents,
): Promise<LineageAnswer> {
  const file = 'file' in query ? await hashed(query.file) : undefined
  const sha256 = file?.sha256 ?? ('sha256' in query ? digitsOf(query.sha256) : '')
  // A copy of a run directory is the same run once more.
  const runs = [...new Map(folder.look().runs.map((run) => [run.file.runId, run])).values()]
  const known = runs.flatMap((run) => filesWith(run, sha256).map((found) => ({ run, found })))
  known.sort((a, b) => Number(b.found.role === 'made') - Number(a.found.role === 'made'))
  const found: LineageFound[] = []
  const up: LineageStep[] = []
  const down: LineageStep[] = []
  const walked = new Set<KnownRun>()
  for (const { run, found: one } of known) {
    const document =
      walked.size < limits.lineageRunsMax || walked.has(run) ? documents.maybe(run.directory) : undefined
    const element = document?.elementsWith(one.sha256).find((each) => !each.is('provloom:StoredCopy'))
    found.push({ ...one.file, ...(element === undefined ? {} : { element: element.id }) })
    if (document === undefined || element === undefined || walked.has(run)) continue
    walked.add(run)
    if (one.role === 'made') up.push(...stepsUp(run, document, element.id))
    down.push(...stepsDown(run, document, element.id))
  }
  const whole = known[0]?.found.sha256 ?? sha256
  return {
    sha256: whole,
    ...(file === undefined ? {} : { file: file.file, size: file.size }),
    runs: runs.length,
    found,
    up,
    down,
  }
}

function digitsOf(text: string): string {
  const digits = text.toLowerCase().replace(/^sha256[: ]/, '')
  if (/^[0-9a-f]{8,64}$/.test(digits)) return digits
  throw new ProvloomError('BAD_QUERY', `${text} is no file and no SHA-256`, {
    doing: 'look for a file',
    to: text,
    hint: 'Name a file, or the first eight or more hexadecimal digits of its SHA-256.',
  })
}

async function hashed(file: string): Promise<{ file: string; sha256: string; size: number }> {
  try {
    const look = await fs.promises.stat(file)
    if (!look.isFile()) throw new Error('it is no file')
    const hash = createHash('sha256')
    for await (const chunk of fs.createReadStream(file)) hash.update(chunk)
    return { file, sha256: hash.digest('hex'), size: look.size }
  } catch (error) {
    throw new ProvloomError('FILE_UNREADABLE', `${file} cannot be read`, {
      doing: 'hash the file',
      to: file,
      cause: error,
      hint: 'Name a file that a run made or used.',
    })
  }
}
