import { EventEmitter } from 'node:events'
import { Parser, type Quad } from 'n3'
import { textOf } from '../io/decode.ts'
import { excerpt, ProvError } from '../model/error.ts'

/** A triple with the line it ends on, and the graph it stands in. */
export interface Line {
  readonly quad: Quad
  /** From 1. */
  readonly line: number
}

export interface Parsed {
  readonly lines: readonly Line[]
  /** The prefixes declared, in order. */
  readonly prefixes: ReadonlyMap<string, string>
}

export type RdfFormat = 'turtle' | 'trig'

/**
 * Parses Turtle or TriG. Throws ProvError `syntax` with the line.
 * The library only tells the line of a mistake, so the line of a triple is that of the token before the one that ends it.
 */
export function parseRdf(input: string | Uint8Array, format: RdfFormat): Parsed {
  const lines: Line[] = []
  const prefixes = new Map<string, string>()
  let tokenLine = 1
  let line = 1
  const callbacks = {
    onQuad: (error: Error | null, quad: Quad | null) => {
      if (error !== null) throw syntaxError(error, line, format)
      if (quad !== null) lines.push({ quad, line })
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
  return { lines, prefixes }
}

function syntaxError(error: Error, seen: number, format: RdfFormat): ProvError {
  if (error instanceof ProvError) return error
  const told = /^(.*?)(?: on line (\d+)\.?)?$/s.exec(error.message)
  const expected = format === 'turtle' ? 'Turtle' : 'TriG'
  const found = excerpt(told?.[1] ?? error.message, 160)
  return new ProvError({ code: 'syntax', where: { line: Number(told?.[2] ?? seen) }, expected, found })
}
