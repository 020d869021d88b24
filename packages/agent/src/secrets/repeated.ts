import type { Span } from './match.ts'
import { levelOf } from './names.ts'

const literal = /(?<=["'])[^"'\\\n]{6,256}(?=["'])/g
const piece = /[^\t-\r "'`,;=()[\]{}<>]{6,256}/g
const looked = 4_096

/**
 * A traceback has what it says twice: in the message, and in the line of code that made it. Quoted texts that are what is
 * secret elsewhere in the text.
 */
export function repeatedIn(text: string, spans: readonly Span[]): Span[] {
  const secret = new Set<string>()
  for (const [start, end] of spans) {
    const said = text.slice(start, Math.min(end, start + looked))
    secret.add(said)
    for (const [part] of said.matchAll(piece)) if (levelOf(part) === undefined) secret.add(part)
  }
  if (secret.size === 0) return []
  return [...text.matchAll(literal)]
    .filter(([said]) => secret.has(said))
    .map(({ index, 0: said }): Span => [index, index + said.length])
}
