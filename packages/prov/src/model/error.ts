/** Every way in which the package refuses something. */
export type ProvErrorCode =
  | 'syntax' // not JSON, PROV-N, XML, Turtle at all
  | 'shape' // well-formed, but not what the format allows here
  | 'unknown-record' // a statement that PROV does not know
  | 'undeclared-prefix'
  | 'bad-name'
  | 'bad-literal'
  | 'duplicate'
  | 'too-deep'
  | 'unrepresentable' // a format cannot carry this
  | 'bad-record' // a record that the model does not allow

/** Where in the input: a line and column from 1, a path such as `$.entity["ex:e1"]`, or both. */
export interface Place {
  readonly line?: number
  readonly column?: number
  readonly path?: string
}

export interface ProvErrorParts {
  readonly code: ProvErrorCode
  readonly where: Place
  readonly expected: string
  readonly found: string
  /** What the person can try. */
  readonly hint?: string
}

/** A document or record that was refused: where, what was expected, what was found, what to try. */
export class ProvError extends Error {
  readonly code: ProvErrorCode
  readonly where: Place
  readonly expected: string
  readonly found: string
  readonly hint: string | undefined

  constructor(parts: ProvErrorParts) {
    super(messageOf(parts))
    this.name = 'ProvError'
    this.code = parts.code
    this.where = parts.where
    this.expected = parts.expected
    this.found = parts.found
    this.hint = parts.hint
  }
}

function messageOf({ where, expected, found, hint }: ProvErrorParts): string {
  const place = placeText(where)
  const tip = hint === undefined ? '' : ` (${hint})`
  return `${place === '' ? '' : `${place}: `}expected ${expected}, found ${found}${tip}`
}

/** `line 3, column 5, at $.entity["ex:e1"]`; empty when nothing is known. */
export function placeText({ line, column, path }: Place): string {
  const parts: string[] = []
  if (line !== undefined) parts.push(`line ${line}`)
  if (column !== undefined) parts.push(`column ${column}`)
  if (path !== undefined) parts.push(`at ${path}`)
  return parts.join(', ')
}

/** A piece of hostile or long input, quoted and cut for a message. */
export function excerpt(input: string, charactersMax = 40): string {
  return JSON.stringify(input.length > charactersMax ? `${input.slice(0, charactersMax)}...` : input)
}
