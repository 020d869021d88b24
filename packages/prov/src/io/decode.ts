import { ProvError } from '../model/error.ts'

/**
 * The text of a document given as bytes or as a string, without a byte order mark.
 * Throws ProvError `syntax` for bytes that are not UTF-8.
 */
export function textOf(input: string | Uint8Array): string {
  if (typeof input === 'string') return input.startsWith('\uFEFF') ? input.slice(1) : input
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input)
  } catch {
    throw new ProvError({
      code: 'syntax',
      where: { line: 1, column: 1 },
      expected: 'text in UTF-8',
      found: `${input.length} bytes that are not`,
    })
  }
}
