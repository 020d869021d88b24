import { openReader } from '@provloom/reader'
import type { Reader } from '@provloom/reader'
import { variableOf } from '@provloom/shared'
import { Working } from '../output/working.ts'

export type Given = Readonly<Record<string, string | boolean | undefined>>

/** Of the folder that was told, else where runs are saved unless told otherwise. */
export function readerFor({ dir }: Given): Reader {
  const saved = process.env[variableOf('provenanceSaveDir')]
  const folder = typeof dir === 'string' ? dir : saved === undefined || saved === '' ? 'prov' : saved
  let working: Working | undefined
  return openReader(folder, {
    reading(done, of) {
      if (done === 0) working = new Working()
      working?.show(() => `reading runs: ${done} of ${of}`)
      if (done === of) working?.end()
    },
  })
}

/** The answer as it is, in one line. */
export function printJson(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
