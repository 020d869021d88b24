import { segmentName } from '@provloom/shared'
import type { Files } from '@provloom/shared'
import { powerLossDisk } from './power-loss-files.ts'
import { UnsyncedLog } from './unsynced-log.ts'

export const logFolder = '/log'

/** An empty disk in memory with a folder for a log. */
export function memoryFiles(): Files {
  return powerLossDisk([logFolder]).files
}

export function putSegment(files: Files, first: number, bytes: Uint8Array): void {
  const file = `${logFolder}/${segmentName(first)}`
  files.remove(file)
  files.open(file, 'append').writeSync(bytes)
}

/** The segments of a log with these texts as records, by their first number. */
export function segmentsOf(texts: readonly string[], segmentBytesMax: number): Map<number, Buffer> {
  const files = memoryFiles()
  const log = new UnsyncedLog(logFolder, files, segmentBytesMax)
  for (const text of texts) log.append(Buffer.from(text))
  const segments = files.list(logFolder).map((name): [number, Buffer] => {
    const open = files.open(`${logFolder}/${name}`, 'read')
    const bytes = Buffer.alloc(open.size())
    open.readSync(bytes, 0)
    return [Number(name.slice(0, 20)), bytes]
  })
  return new Map(segments)
}
