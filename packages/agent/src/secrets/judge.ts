import { escaped } from './match.ts'
import type { Span } from './match.ts'
import { schemes } from './table.ts'
import type { Level } from './table.ts'

/** Nothing but a few marks, yes and no, what is masked, and what only says where the secret is: $TOKEN, ${oc.env:TOKEN}, <token>. */
const shown =
  /^(?:[\t-\r !-/:-@[-`{-~]{0,8}|\*+|[Tt]rue|TRUE|[Ff]alse|FALSE|[Nn]one|NONE|[Nn]ull|NULL|nil|undefined|\$[A-Z_][A-Z0-9_]*|\$\{(?:oc\.env:|env:)?[A-Z_][A-Z0-9_]*\}|\$\{\{[\t-\r ]*[\w.]+[\t-\r ]*\}\}|<\|?\/?[A-Za-z_]+\|?>|\[[A-Z]+\]|%[a-z]|%\(\w+\)[a-z])$/
const shortNumber = /^[+-]?(?:\d{1,3}|\d*\.\d+(?:[eE][+-]?\d+)?)$/
const numbers = /^[[(]?[+-]?[\d.]+(?:[\t-\r ,]+[+-]?[\d.]+)*[\])]?$/
const code = /^\d{4,12}$/
const path = /^(?:(?:~|\.{1,2})?\/|[A-Za-z]:[\\/]|(?:file|gs|s3|az|abfss?|hdfs|dbfs|vault|env):\/\/?)/
const fileName =
  /^[\w .~/\\@+-]*\.(?:pem|key|crt|cer|pub|p12|pfx|jks|json|ya?ml|toml|ini|txt|cfg|conf|env|py|pt|csv|db)$/
const judged = 4_096

/** Whether the value of a name of this level is to be masked. */
export function isSecret(level: Level, whole: string): boolean {
  const value = whole.slice(0, judged)
  if (shown.test(value)) return false
  if (level === 'digits') return code.test(value)
  if (level === 'perhaps' || level === 'pair') return isJumble(value)
  if ((level === 'file' || level === 'likely' || level === 'number') && isPath(value)) return false
  if (level === 'likely') return !shortNumber.test(value)
  return level !== 'number' || !numbers.test(value)
}

const isPath = (value: string): boolean => (path.test(value) || fileName.test(value)) && !isJumble(value)

/** Letters and digits as no word has them: what was made at random. */
export const isJumble = (value: string): boolean => (value.match(/[A-Za-z0-9]+/g) ?? []).some(isRandom)

function isRandom(piece: string): boolean {
  if (piece.length < 8) return false
  const turns = piece.match(/[0-9]+|[A-Za-z]+/g)!.length - 1
  if (turns < 3) return false
  if (piece !== piece.toLowerCase() && piece !== piece.toUpperCase()) return true
  return (piece.length >= 20 && turns >= 4) || (piece.length >= 16 && /^[0-9a-f]+$/.test(piece))
}

const pair = /^(?![A-Za-z]:[\\/])([^\t-\r :/@]*):(?!\/\/)(.*)$/s
const oneOf = [...schemes].sort((a, b) => b.length - a.length).map(escaped)
/** What an authorization begins with, at the place where it is looked for. */
export const scheme: RegExp = new RegExp(String.raw`(?:${oneOf.join('|')})(?![\w-])[ \t]*`, 'iy')
/** A place that is filled in later: f"Bearer {token}", "Bearer %s". */
export const toFill: RegExp = /^(?:\$?\{{1,2}[\t-\r \w.[\]'()-]*\}{1,2}|\$[A-Za-z_]\w*|%s|%\(\w+\)s)$/

/** What is secret in a value. */
export function partsOf(level: Level, value: string): Span[] {
  const quote = value[0]
  const quoted = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote) ? 1 : 0
  const [start, end] = [quoted, value.length - quoted]
  const inner = value.slice(start, end)
  if (level === 'header') {
    scheme.lastIndex = 0
    const at = scheme.test(inner) ? scheme.lastIndex : 0
    const rest = inner.slice(at)
    return toFill.test(rest) || !isSecret('sure', rest) ? [] : [[start + at, end]]
  }
  const found = level === 'pair' ? pair.exec(inner) : null
  if (found !== null) return partsOfPair(found[1]!, found[2]!, start)
  return isSecret(level, inner) ? [[start, end]] : []
}

/** user:password; a token may stand on either side alone. */
function partsOfPair(user: string, word: string, start: number): Span[] {
  const parts: Span[] = []
  const isAlone = word === '' || word === 'x' || word === 'X' || word === 'x-oauth-basic'
  if (user !== '' && (isAlone || isJumble(user)) && isSecret('sure', user))
    parts.push([start, start + user.length])
  const at = start + user.length + 1
  if (word !== '' && !/^[0-9]*$/.test(word) && isSecret('sure', word)) parts.push([at, at + word.length])
  return parts
}
