/** A metric's value as it travels: JSON has no NaN, so that is text. */
export function valueJson(value: number): number | string {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return value
  return value < 0 ? '-Infinity' : 'Infinity'
}

/** Both ways that clients of any language send a double; undefined for what is none. */
export function valueOf(said: unknown): number | undefined {
  if (typeof said === 'number') return said
  if (typeof said !== 'string' || said.trim() === '') return undefined
  const word = said.trim().toLowerCase().replace(/^\+/, '')
  if (word === 'nan') return NaN
  if (/^-?inf(?:inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity
  const value = Number(word)
  return Number.isNaN(value) ? undefined : value
}

/** An int64 of proto3's JSON: a number, or text. */
export function integerOf(said: unknown): number | undefined {
  const value = typeof said === 'string' && /^-?\d{1,19}$/.test(said) ? Number(said) : said
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined
}
