import { maskText } from '../secrets.ts'

/** A changed file in what `git diff` says. */
const section = /^diff --git /gm
/** Of a binary file: packed, so that no text of it stands there. No line of a text file begins so. */
const binary = /^GIT binary patch$/m

/**
 * What `git diff` says without the secrets in it, file by file: other work goes on between two of them. Its bytes are kept
 * whatever text they are.
 *
 * @returns and whether there were any
 */
export async function maskDiff(said: Buffer): Promise<{ readonly bytes: Buffer; readonly masked: boolean }> {
  const text = said.toString('latin1')
  const starts = [...text.matchAll(section)].map(({ index }) => index)
  const parts: string[] = []
  for (const [n, start] of [0, ...starts].entries()) {
    const part = text.slice(n === 0 ? 0 : start, starts[n] ?? text.length)
    parts.push(binary.test(part) ? part : maskText(part))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const shown = parts.join('')
  return { bytes: Buffer.from(shown, 'latin1'), masked: shown !== text }
}

/** Of what was cut off anywhere the whole lines. */
export function wholeLines(said: Buffer): Buffer {
  const end = said.lastIndexOf(0x0a) + 1
  return end === 0 ? said : said.subarray(0, end)
}
