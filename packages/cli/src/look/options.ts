import fs from 'node:fs'
import { openReader } from '@provloom/reader'
import type { Reader } from '@provloom/reader'
import { ProvloomError, printable, reasonOf, variableOf } from '@provloom/shared'
import { Working } from '../output/working.ts'

export type Given = Readonly<Record<string, string | boolean | undefined>>

/**
 * Of the folder that was told, else where runs are saved unless told otherwise, which need not be there yet.
 *
 * @param mayCome the folder that was told need not be there yet either
 * @throws {ProvloomError} `FILE_UNREADABLE` when the folder that was told is none
 */
export function readerFor({ dir }: Given, mayCome = false): Reader {
  const folder = typeof dir === 'string' ? folderTold(dir, mayCome) : usualFolder()
  let working: Working | undefined
  return openReader(folder, {
    reading(done, of) {
      if (done === 0) working = new Working()
      working?.show(() => `reading runs: ${done} of ${of}`)
      if (done === of) working?.end()
    },
  })
}

/**
 * The directory of a run that is meant by its name or id, where `word` is no path of something that is there.
 *
 * @throws {ProvloomError} `RUN_UNKNOWN`, `RUN_AMBIGUOUS`
 */
export function pathMeant(word: string, given: Given = {}): string {
  return fs.existsSync(word) ? word : readerFor(given).directoryOf(word)
}

function folderTold(dir: string, mayCome: boolean): string {
  if (mayCome && !fs.existsSync(dir)) return dir
  let why = 'it is not a folder'
  try {
    if (fs.statSync(dir).isDirectory()) return dir
  } catch (error) {
    why = reasonOf(error)
  }
  throw new ProvloomError('FILE_UNREADABLE', `There are no runs in ${dir}: ${why}`, {
    doing: 'look for runs',
    to: dir,
    hint: 'Name the folder that runs are saved in: the one that holds their directories.',
  })
}

/** `prov`, unless the environment tells another; where one stands in it already, that. */
function usualFolder(): string {
  const saved = process.env[variableOf('provenanceSaveDir')]
  if (saved !== undefined && saved !== '') return saved
  const isInside = !fs.existsSync('prov') && fs.existsSync('.provloom')
  return isInside ? '.' : 'prov'
}

/** The answer as it is, in one line; what a terminal would obey is escaped in it. */
export function printJson(answer: unknown): void {
  process.stdout.write(`${printable(JSON.stringify(answer))}\n`)
}
