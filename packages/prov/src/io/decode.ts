import { ProvError } from '../model/error.ts'

/**
 * The text of a document given as bytes or as a string, without a byte order mark.
 * Throws ProvError `syntax` for bytes that are not UTF-8, naming what they are in where that can be told.
 */
export function textOf(input: string | Uint8Array): string {
  if (typeof input !== 'string') refuseOtherEncodings(input)
  else return input.startsWith('\uFEFF') ? input.slice(1) : input
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input)
  } catch {
    throw refusedBytes(declaredIn(input), `${input.length} bytes that are not`)
  }
}

/** By a byte order mark, or by the zeros beside the first character, which every format has in ASCII (XML 1.0, appendix F). */
const marks: readonly (readonly [encoding: string, first: RegExp])[] = [
  ['UTF-32LE', /^(?:fffe0000|[1-7][0-9a-f]000000)/],
  ['UTF-32BE', /^(?:0000feff|000000[1-7][0-9a-f])/],
  ['UTF-16LE', /^(?:fffe|[0-7][0-9a-f]00)/],
  ['UTF-16BE', /^(?:feff|00[0-7][0-9a-f])/],
]

function refuseOtherEncodings(bytes: Uint8Array): void {
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const encoding = marks.find(([, pattern]) => pattern.test(first))?.[0]
  if (encoding !== undefined) throw refusedBytes(encoding, `text in ${encoding}`)
}

/** What an XML declaration says, where it can be read (XML 1.0, 4.3.3). */
function declaredIn(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200))
  return /^<\?xml\s[^>]*encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(head)?.[1]
}

function refusedBytes(encoding: string | undefined, found: string): ProvError {
  const isOther = encoding !== undefined && !/^utf-?8$/i.test(encoding)
  return new ProvError({
    code: 'syntax',
    where: { line: 1, column: 1 },
    expected: 'text in UTF-8',
    found: isOther && !found.includes(encoding) ? `${found}, declared as ${encoding}` : found,
    ...(isOther ? { hint: `write it in UTF-8 first: iconv -f ${encoding} -t UTF-8` } : {}),
  })
}
