import fs from 'node:fs'
import path from 'node:path'
import type { RunFinished } from '@provloom/aggregator'
import { openReader } from '@provloom/reader'
import type { RunAnswer } from '@provloom/reader'
import { filesOf } from '@provloom/rundir'

/** A document of so many bytes is checked in less than a second. */
const checkedBytesMax = 8_000_000
/** Of a run of more events it takes long to look for findings: provloom why does. */
const eventsMax = 5_000_000

/** What the summary of a run is made from: what was told of its end, and what is on disk. */
export interface SummaryFacts {
  readonly finished: RunFinished
  /** Undefined where it cannot be read, or is too large to be looked through now. */
  readonly run: RunAnswer | undefined
  /** Whether prov.json is valid PROV; undefined where that was not looked for. */
  readonly valid: boolean | undefined
  /** Files and folders of the run directory, without those that only we read. */
  readonly files: readonly SummaryFile[]
}

export interface SummaryFile {
  readonly name: string
  /** Bytes of a file. */
  readonly size?: number
  /** Files of a folder. */
  readonly files?: number
}

/** @param eventsLooked of a run of more events only what was told of its end is known */
export async function summaryFacts(
  finished: RunFinished,
  eventsLooked: number = eventsMax,
): Promise<SummaryFacts> {
  const { runDir, summary } = finished
  const isSmall = Number(summary.total.stored) <= eventsLooked
  return {
    finished,
    run: isSmall ? await answerOf(runDir) : undefined,
    valid: await validOf(filesOf(runDir).provJson),
    files: filesIn(finished),
  }
}

async function answerOf(runDir: string): Promise<RunAnswer | undefined> {
  try {
    return await openReader(path.dirname(runDir)).run(runDir)
  } catch {
    // It was removed, or cannot be read: the summary tells what there is.
    return undefined
  }
}

async function validOf(provJson: string): Promise<boolean | undefined> {
  try {
    if (fs.statSync(provJson).size > checkedBytesMax) return undefined
    const { readJson, validate } = await import('@provloom/prov')
    return validate(readJson(fs.readFileSync(provJson))).length === 0
  } catch {
    return undefined
  }
}

/** Folders stand for what is in them. */
function filesIn({ runDir, files }: RunFinished): SummaryFile[] {
  const first = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file)
  const names = [...new Set(files.map(first))].filter((name) => name !== 'run.json' && name !== 'curves')
  return names.map((name) => {
    try {
      const file = path.join(runDir, name)
      const stat = fs.statSync(file)
      return stat.isDirectory() ? { name, files: fs.readdirSync(file).length } : { name, size: stat.size }
    } catch {
      return { name }
    }
  })
}
