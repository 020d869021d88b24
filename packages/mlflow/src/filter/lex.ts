import { Fault } from '../fault.ts'

/** word: a name or keyword as it stands. quoted: in `...` or "..." where a name is, in '...' or "..." where a value is. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'number' | 'sign'
  readonly text: string
}

const pattern =
  /\s*(?:(?<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?<quoted>`[^`]*`|'(?:[^']|'')*'|"[^"]*")|(?<sign>!=|<>|<=|>=|[=<>(),.])|(?<word>[A-Za-z_][\w/\-@]*))/y

/** MLflow's filters are a part of SQL's conditions. @throws {Fault} `INVALID_PARAMETER_VALUE` */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  pattern.lastIndex = 0
  for (let at = 0; text.slice(at).trim() !== ''; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) throw bad(text, text.slice(at).trim())
    const { number, quoted, sign, word } = groups
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (quoted !== undefined)
      tokens.push({ kind: 'quoted', text: quoted.slice(1, -1).replaceAll("''", "'") })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign === '<>' ? '!=' : sign })
    else tokens.push({ kind: 'word', text: word ?? '' })
  }
  return tokens
}

export function bad(text: string, at: string): Fault {
  return new Fault(
    'INVALID_PARAMETER_VALUE',
    `Invalid filter string: ${text}: not understood at ${at || 'its end'}`,
  )
}
