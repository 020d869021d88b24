import { EventEmitter } from 'node:events'
import { Parser, type Quad } from 'n3'
import { textOf } from '../io/decode.ts'
import { excerpt, ProvError } from '../model/error.ts'
import type { RdfFormat } from './options.ts'

/**
 * Parses Turtle or TriG, calls `each` with every triple and the line it ends on (from 1), and returns the prefixes
 * declared, in order. Throws ProvError `syntax` with the line.
 */
export function parseRdf(
  input: string | Uint8Array,
  format: RdfFormat,
  each: (quad: Quad, line: number) => void,
): Map<string, string> {
  const prefixes = new Map<string, string>()
  // A triple is complete when the token after it is seen, which may stand on a later line.
  let tokenLine = 1
  let line = 1
  const callbacks = {
    onQuad: (error: Error | null, quad: Quad | null) => {
      if (error !== null) throw syntaxError(error, line, format)
      if (quad !== null) each(quad, line)
    },
    onPrefix: (prefix: string, iri: { readonly value: string }) => prefixes.set(prefix, iri.value),
    onToken: (token: { readonly line: number }) => {
      line = tokenLine
      tokenLine = token.line
    },
  }
  // A string would be parsed later, in a task of its own; an emitter is parsed as it emits.
  const source = new EventEmitter()
  new Parser({ format: format === 'turtle' ? 'Turtle' : 'TriG' }).parse(source, callbacks)
  source.emit('data', textOf(input))
  source.emit('end')
  return prefixes
}

function syntaxError(error: Error, seen: number, format: RdfFormat): ProvError {
  if (error instanceof ProvError) return error
  const told = /^(.*?)(?: on line (\d+)\.?)?$/s.exec(error.message)
  const expected = format === 'turtle' ? 'Turtle' : 'TriG'
  const found = excerpt(told?.[1] ?? error.message, 160)
  return new ProvError({ code: 'syntax', where: { line: Number(told?.[2] ?? seen) }, expected, found })
}
