import fs from 'node:fs'

/** Replaces a small JSON file in one step: a reader finds the old or the new content. Not synced: it tells the living. */
export function writeSmall(file: string, value: unknown): void {
  const beside = `${file}.${process.pid}.tmp`
  fs.writeFileSync(beside, `${JSON.stringify(value)}\n`, { mode: 0o600 })
  fs.renameSync(beside, file)
}

/** Undefined where there is none, or none that can be read. */
export function textIn(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
