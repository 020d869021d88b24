import fs from 'node:fs'
import { textOf } from '../proc/text.ts'

/** The first word of a file of numbers, as microjoules; undefined where it cannot be read. */
export function microjoulesIn(file: string): bigint | undefined {
  const text = textOf(file)?.trim()
  return text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
}

export function lineIn(file: string): string | undefined {
  const line = textOf(file)?.trim()
  return line === '' ? undefined : line
}

/** Why a file cannot be read, as the system says it: `permission denied`. */
export function whyNot(file: string): string {
  try {
    fs.closeSync(fs.openSync(file, 'r'))
    return 'it holds no number'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
    return code === 'ENOENT' ? 'it is not there' : `it cannot be read (${String(code)})`
  }
}
